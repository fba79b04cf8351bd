"""Folders of predictions in the official layout: written, checked and scored as the benchmark does.

`layout` says which files a suite asks for, `reading` opens them, `scoring` compares predictions with labels, `averages`
joins the scores, `writing` makes the files and `checking` looks for what would spoil them.
"""
