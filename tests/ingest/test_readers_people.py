import pytest

from ingest.readers.people import begins_with_life_of, bio_start, is_name, parse_people, speaker_line_cost, surname
from ingest.records import Speaker


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("Ada Lind, Yale University", [("Ada Lind", None, "Yale University")], id="plain"),
        pytest.param("Ada Lind (McGill University)", [("Ada Lind", None, "McGill University")], id="in brackets"),
        pytest.param(
            "Sivan (Sean) Gor, TIDE & UC Davis", [("Sivan (Sean) Gor", None, "TIDE & UC Davis")], id="nickname"
        ),
        pytest.param("Bo W. Roe, LBL and UC Davis", [("Bo W. Roe", None, "LBL and UC Davis")], id="two institutions"),
        pytest.param(
            "Bo Roe, Assistant Professor and Director of the Swarm Lab, UC Merced",
            [("Bo Roe", "Assistant Professor and Director of the Swarm Lab", "UC Merced")],
            id="two roles",
        ),
        pytest.param(
            "Xin Roe, TIDE Postdoctoral Scholar at ETH", [("Xin Roe", "TIDE Postdoctoral Scholar", "ETH")], id="role at"
        ),
        pytest.param(
            "Uma Roe, Researcher at Ansys and Adjunct Professor at UIC",
            [("Uma Roe", "Researcher at Ansys and Adjunct Professor at UIC", "Ansys and UIC")],
            id="two roles at two places are one person",
        ),
        pytest.param(
            "Ada Lind, Senior Engineer, IBM (co-chair, Group X, Si2), Bo Roe, Manager, IBM and Cy Orr, Engineer, Ansys",
            [
                ("Ada Lind", "Senior Engineer; co-chair, Group X, Si2", "IBM"),
                ("Bo Roe", "Manager", "IBM"),
                ("Cy Orr", "Engineer", "Ansys"),
            ],
            id="three with roles",
        ),
        pytest.param(
            "Ada Lind and Bo Roe, Rice University",
            [("Ada Lind", None, "Rice University"), ("Bo Roe", None, "Rice University")],
            id="one affiliation shared",
        ),
        pytest.param(
            "Ada Lind, Bo Roe, and Cy Orr, MIT",
            [("Ada Lind", None, "MIT"), ("Bo Roe", None, "MIT"), ("Cy Orr", None, "MIT")],
            id="three share one",
        ),
        pytest.param(
            "Ada Lind, MIT; Bo Roe, ETH Zurich",
            [("Ada Lind", None, "MIT"), ("Bo Roe", None, "ETH Zurich")],
            id="semicolon",
        ),
        pytest.param("Ada Lind, MIT and Bo Roe, IBM", [("Ada Lind", None, "MIT"), ("Bo Roe", None, "IBM")], id="and"),
        pytest.param(
            "Ada Lind (MIT) and Bo Roe (CMU)", [("Ada Lind", None, "MIT"), ("Bo Roe", None, "CMU")], id="brackets"
        ),
        pytest.param(
            "Ada Lind, University of California, San Diego",
            [("Ada Lind", None, "University of California, San Diego")],
            id="a place is no person",
        ),
        pytest.param(
            "Ada Lind, Georgia Tech, Atlanta, USA", [("Ada Lind", None, "Georgia Tech, Atlanta, USA")], id="country"
        ),
        pytest.param("Ada Lind, Jr., Rice University", [("Ada Lind, Jr.", None, "Rice University")], id="suffix"),
        pytest.param("Jo Dean, Google Brain", [("Jo Dean", None, "Google Brain")], id="a surname that is a role too"),
        pytest.param(
            "Ana de la Cruz, Universidad de Chile", [("Ana de la Cruz", None, "Universidad de Chile")], id="particles"
        ),
        pytest.param("Speaker: Ada Lind, MIT", [("Ada Lind", None, "MIT")], id="label"),
        pytest.param("Ada Lind", [("Ada Lind", None, None)], id="name alone"),
    ],
)
def test_people_in_a_line_are_told_apart(line: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    found = parse_people(line)
    assert [(speaker.name, speaker.role, speaker.affiliation) for speaker in found] == expected
    assert speaker_line_cost(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("One Small Leap, One Giant Step: From Tweaks to Guarantees", id="colon"),
        pytest.param("Hunting the Jacobian", id="article inside"),
        pytest.param("This is joint work with Ada Lind.", id="sentence"),
        pytest.param("Why Do Networks Learn?", id="question"),
        pytest.param("Ada Lind, who won the prize twice, tells how it came about", id="clause"),
        pytest.param("Neural Networks (Part 2)", id="numbered part"),
        pytest.param("Learning 3D Shapes, Fast", id="digit"),
    ],
)
def test_line_that_names_nobody_is_no_speaker_line(line: str) -> None:
    assert speaker_line_cost(line) is None


@pytest.mark.parametrize("text", ["UC Irvine", "Google DeepMind", "Georgia Tech", "San Diego", "Associate Professor"])
def test_institution_in_the_middle_of_a_line_is_no_name(text: str) -> None:
    assert not is_name(text, strict=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Sivan (Sean) Gor", "gor"), ("Zoë Ågren", "agren"), ("Ada Lind, Jr.", "lind"), ("Li-C. Wong", "wong"), ("", "")],
)
def test_surname_is_plain(name: str, expected: str) -> None:
    assert surname(name) == expected


@pytest.mark.parametrize(
    ("paragraph", "name"),
    [
        pytest.param("Ada B. Lind is a professor.", "Ada Lind", id="initial in the text"),
        pytest.param("Ada Lind holds a chair.", "Ada B. Lind", id="initial in the line"),
        pytest.param("Dr. Lind received her degree.", "Ada Lind", id="title and surname"),
        pytest.param("Prof. Ada Lind has been with us.", "Ada Lind", id="title and name"),
        pytest.param("Ada joined the lab.", "Ada Lind", id="first name"),
        pytest.param("Lind was born far away.", "Ada Lind", id="surname"),
        pytest.param("Sean Gor is a reader.", "Sivan (Sean) Gor", id="nickname"),
        pytest.param("Ada Lind’s research is on sets.", "Ada Lind", id="possessive"),
        pytest.param("Ada Lind (she/her), PhD, is a reader.", "Ada Lind", id="pronouns"),
        pytest.param("Ada Lind, born in Oslo, teaches.", "Ada Lind", id="apposition"),
    ],
)
def test_paragraph_that_opens_with_its_speaker_tells_a_life(paragraph: str, name: str) -> None:
    assert begins_with_life_of(paragraph, name)


@pytest.mark.parametrize(
    ("paragraph", "name"),
    [
        pytest.param("Ada Lind will present new bounds.", "Ada Lind", id="talk announced"),
        pytest.param("Newton updates are costly.", "Isaac Newton", id="method of that name"),
        pytest.param("Ada Lind and Bo Roe have shown this before.", "Ada Lind", id="joint work"),
        pytest.param("This is joint work with Ada Lind.", "Bo Roe", id="acknowledgement"),
        pytest.param("Ada Roe is a professor.", "Bo Lind", id="somebody else"),
    ],
)
def test_paragraph_of_the_talk_tells_no_life(paragraph: str, name: str) -> None:
    assert not begins_with_life_of(paragraph, name)


def test_bio_begins_at_the_speakers_paragraph_and_keeps_what_follows() -> None:
    paragraphs = [
        "We show it.",
        "This is joint work with Bo Roe.",
        "Ada Lind is a reader.",
        "She is broadly interested in sets.",
    ]
    assert bio_start(paragraphs, [Speaker("Ada Lind")]) == 2
    assert bio_start(paragraphs[:2], [Speaker("Ada Lind")]) is None


def test_bio_of_a_misspelt_name_is_told_by_the_profession() -> None:
    assert bio_start(["We show it.", "Adda Lindh is an associate professor at Rice."], [Speaker("Ada Lind")]) == 1
