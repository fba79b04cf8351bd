from evaluators.babel.scripts import transliterate


def test_devanagari_joins_vowels_and_marks_clusters() -> None:
    assert transliterate("mira", "Devanagari") == "मिरा"
    assert transliterate("porto", "Devanagari") == "पोर्तो"
    assert transliterate("oslo", "Devanagari") == "ओस्लो"


def test_capitals_stay_where_a_script_has_them() -> None:
    assert transliterate("Lima", "Cyrillic") == "Лима"
    assert transliterate("Lima", "Hebrew") == "לימא"
