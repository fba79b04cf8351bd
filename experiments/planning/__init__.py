"""What a study will do and cost, told before it runs."""
