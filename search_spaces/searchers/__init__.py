"""Who proposes what to try next, and tables on which searchers are compared in no time. Needs numpy and scipy only."""
