"""The search's decisions: what is proposed, what works next, what is stopped, what is remembered. No ray here."""
