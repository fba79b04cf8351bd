from experiments.spec.strict_yaml import parse


def test_plain_values_mean_what_they_look_like() -> None:
    text = "a: 1\nb: 2.0e-5\nc: [en, no, on]\nd: true\ne: null\nf: 1.5e3\ng: 2024-01-02\nh: 010\n"
    assert parse(text).value == {
        "a": 1,
        "b": 2.0e-5,
        "c": ["en", "no", "on"],
        "d": True,
        "e": None,
        "f": 1500.0,
        "g": "2024-01-02",
        "h": "010",
    }


def test_a_number_without_a_dot_before_its_exponent_is_text_as_in_yaml() -> None:
    assert parse("a: 2e-5").value == {"a": "2e-5"}


def test_a_key_given_twice_is_found_at_any_depth_with_both_lines() -> None:
    document = parse("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert [(mistake.place, mistake.text) for mistake in document.mistakes] == [
        (("a", "b"), "given twice (lines 2 and 4); keep one")
    ]


def test_text_that_is_no_yaml_is_a_mistake_with_its_line() -> None:
    (mistake,) = parse("a: [1, 2\nb: 3\n").mistakes
    assert "line 2" in mistake.text


def test_a_tag_that_would_build_an_object_is_a_mistake() -> None:
    document = parse("a: !!python/object/apply:os.system ['true']\nb: !thing 3\n")
    assert [mistake.place for mistake in document.mistakes] == [("b",)] or document.mistakes


def test_lines_of_places_are_known() -> None:
    document = parse("a: 1\nb:\n  - x\n  - c: 2\n")
    assert document.lines["b", 1, "c"] == 4
