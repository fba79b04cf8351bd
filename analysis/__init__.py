"""What it means: reads result folders, nothing else, and tells the story."""
