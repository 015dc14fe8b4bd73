import pytest

from ingest.readers.links import find_links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        pytest.param("at https://a.org/b.", ["https://a.org/b"], id="full stop"),
        pytest.param("(see https://a.org/x_(y)).", ["https://a.org/x_(y)"], id="brackets inside and around"),
        pytest.param(
            "https://arxiv.org/abs/2310.\n18940 (X24),", ["https://arxiv.org/abs/2310.18940"], id="cut after the point"
        ),
        pytest.param(
            "https://arxiv.org/abs/2502. 04686 (X25)", ["https://arxiv.org/abs/2502.04686"], id="cut by a space"
        ),
        pytest.param(
            "https://www.arxiv.org/abs/\n2506.07104", ["https://www.arxiv.org/abs/2506.07104"], id="cut before"
        ),
        pytest.param(
            "https://arxiv.org/abs/0905.1234\n5 of us", ["https://arxiv.org/abs/0905.1234"], id="old number is whole"
        ),
        pytest.param(
            "arXiv:2310.12345v2 and arXiv: 1106.1234",
            ["https://arxiv.org/abs/2310.12345v2", "https://arxiv.org/abs/1106.1234"],
            id="bare number",
        ),
        pytest.param("at https://github.com/\nada-lind/sets.", ["https://github.com/ada-lind/sets"], id="path goes on"),
        pytest.param("at www.a.me.", ["https://www.a.me"], id="no scheme"),
        pytest.param("github.com/ada/sets, and", ["https://github.com/ada/sets"], id="known host"),
        pytest.param("https://a.org/b https://a.org/b", ["https://a.org/b"], id="once"),
        pytest.param("https://a.org/b/\nNext one", ["https://a.org/b/"], id="whole at a line end"),
        pytest.param("https://a.org/b.\nAI/ML is", ["https://a.org/b"], id="sentence ended"),
        pytest.param("as in [27], f(x)/g(x)", [], id="none"),
    ],
)
def test_links_are_found_whole(text: str, links: list[str]) -> None:
    found = find_links(text)
    assert list(found.links) == links
    assert found.cut == ()


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param(
            "One.\nopen at https://github.com/\nAda Lind is", (1, "https://github.com/"), id="sentence follows"
        ),
        pytest.param("open at https://github.com/", (0, "https://github.com/"), id="nothing follows"),
        pytest.param("at https://a.org/deep-\nlearning is", (0, "https://a.org/deep-"), id="a word follows"),
        pytest.param("https://arxiv.org/abs/ (to appear)", (0, "https://arxiv.org/abs/"), id="no number"),
    ],
)
def test_address_without_its_end_is_reported_and_never_glued(text: str, cut: tuple[int, str]) -> None:
    found = find_links(text)
    assert found.links == ()
    assert found.cut == (cut,)
