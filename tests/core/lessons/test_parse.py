"""A lesson's file: what is right in it is read, and what is wrong is named with its line."""

import pytest

from core.lessons.lesson import LessonError, Link, Question
from core.lessons.library import LESSONS_FOLDER, read_library
from core.lessons.parse import MAX_BYTES, parse_lesson
from core.lessons.work_sheet import to_html

LESSON = """---
title: Sevens
about: How people write a 7.
---

## Aims

- See it.

## Step: Look (5 min)

Look at *sevens*.

[Open Explore](explore?explore_class=7%20·%20Seven)

### Choice: Is there one rule?
- [ ] Yes
- [x] No

And now draw one.

[Open Predict](predict)

### Number: How many had a bar?
- 3 to 1,000

### Notice

Nobody writes like you.

### Answer

There is none.
"""


def test_a_lesson_is_read_in_its_order():
    lesson = parse_lesson(LESSON)
    (step,) = lesson.steps
    assert (lesson.title, lesson.about, lesson.minutes) == ("Sevens", "How people write a 7.", 5)
    assert step.parts == (
        "Look at *sevens*.",
        Link("Open Explore", "explore", (("explore_class", "7 · Seven"),)),
        Question("1.1", "choice", "Is there one rule?", ("Yes", "No"), right=1),
        "And now draw one.",
        Link("Open Predict", "predict"),
        Question("1.2", "number", "How many had a bar?", low=3, high=1000),
    )
    assert (step.notice, step.answer) == ("Nobody writes like you.", "There is none.")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("title: Sevens\n", "", 3, "“title: …” is missing"),
        ("about: How", "Written by: How", 3, "“title: …” or “about: …”"),
        ("(5 min)", "", 10, "## Step: Title (5 min)"),
        ("[x]", "[ ]", 17, "Mark the one right option"),
        ("- [x] No", "- [x] Yes", 17, "different options"),
        ("predict)", "oracle)", 22, "no page “oracle”"),
        ("7%20·%20Seven", "7", 14, "“7” is no possible value of “explore_class”"),
        ("explore_class=", "color=", 14, "no setting “color”"),
        ("Look at *sevens*.", "Look [there](javascript:alert(1)).", 12, "A link stands in a paragraph"),
        ("Look at *sevens*.", "See https://example.org", 12, "Addresses of the internet"),
        ("Look at *sevens*.", "![](x.png)", 12, "Pictures are not shown"),
        ("Look at *sevens*.", "A <b>bold</b> word", 12, "HTML is not shown"),
        ("Look at *sevens*.", "<script>alert(1)</script>", 12, "HTML is not shown"),
        ("### Notice", "### Hint", 27, "“### Notice”"),
        ("- 3 to", "- 3000 to", 25, "the smaller number first"),
        ("## Aims", "# Aims", 6, "Headings begin with “## ”"),
        ("## Aims", "Hello", 6, "Every text belongs to a heading"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_write(old: str, new: str, line: int, words: str):
    with pytest.raises(LessonError) as error:
        parse_lesson(LESSON.replace(old, new, 1))
    assert str(error.value).startswith(f"Line {line}: ")
    assert words in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "---", "# Title", "---\ntitle: A\nabout: B\n---", "\0", "x\n" * MAX_BYTES]
)
def test_what_is_no_lesson_is_one_sentence(text: str):
    with pytest.raises(LessonError):
        parse_lesson(text)


def test_a_number_is_read_as_people_write_it():
    number = Question("1.1", "number", "How many?")
    assert [number.read(said) for said in ("1,000", " 93.70 % ", "-.5")] == ["1000", "93.7", "-0.5"]
    with pytest.raises(LessonError):
        number.read("many")
    with pytest.raises(LessonError):
        Question("1.1", "choice", "Which?", ("Yes", "No"), right=0).read("Perhaps")


def test_every_bundled_lesson_is_one_with_aims_answers_and_a_right_option():
    names = {path.stem for path in LESSONS_FOLDER.glob("*.md")} - {"README", "45-minutes-from-now"}
    lessons = read_library()
    assert set(lessons) == names
    for name, lesson in lessons.items():
        assert lesson.aims.count("Big Idea") >= 2, name
        assert lesson.materials, name
        assert lesson.preparation, name
        for step in lesson.steps:
            assert step.answer, f"{name}: {step.title}"
            for question in step.questions:
                assert question.kind != "choice" or question.right is not None
    titles = [lesson.title for lesson in lessons.values()]
    assert len(set(titles)) == len(titles), "the address names a lesson by its title"


def test_what_evaluate_copies_as_its_link_can_stand_in_a_lesson():
    copied = "evaluate?view=Errors&test_set=scikit-learn&cell=4-all&model=relu"
    assert parse_lesson(LESSON.replace("predict)", f"{copied})")).steps[0].links[1].page == "evaluate"


def test_a_work_sheet_has_room_to_write_and_only_the_teachers_has_the_answers():
    lesson = parse_lesson(LESSON.replace("[Open Explore]", "[Open sevens]"))
    sheet, answers = to_html(lesson), to_html(lesson, for_teacher=True)
    assert "Open sevens (on Explore)" in sheet
    assert "Open Predict<" in sheet
    assert "☐ No" in sheet
    assert "There is none." not in sheet
    assert "☒ No" in answers
    assert "There is none." in answers
