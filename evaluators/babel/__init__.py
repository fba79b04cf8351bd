"""The offline suite: a small invented world, spoken in six languages, asked about in the public sets' own layouts.

Everything here is a generator; reading, training and scoring are the code that XTREME uses. From the meaning outwards:

`meaning`    lemmas, categories, synonyms, antonyms, chains of events; `Thing` and `Frame`, which are what is said
`frames`     drawing frames, and editing them: weaken, contradict, restate, swap
`languages`  six languages in four scripts: their words, morphology, word order
`realise`    frame -> words of a language, with parts of speech, entities, places in the clause
`supertags`  lexical categories of the pivot's words
`tasks_*`    rows of every task, `text` pretraining documents, `mirror` the parquet files, `suite` the suite's value

No drawing is shared between training, development and test data: every frame belongs by a hash of its core to one of
three buckets (`frames.bucket`), and a split draws from its own bucket only; pretraining text draws from training's.
Randomness is Python's `random.Random`, seeded with names, whose stream is the same on every platform.
"""
