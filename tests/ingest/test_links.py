import pytest

from ingest.links import deep_link, find_links, video_id
from tests.made_up import talk

HOSTS = {
    "youtube": ("https://www.youtube.com/watch?v=abcdefghijk", "https://www.youtube.com/watch?v=abcdefghijk&t=83s"),
    "youtube with a time": ("https://youtube.com/watch?v=a&t=5s&list=x", "https://youtube.com/watch?v=a&list=x&t=83s"),
    "youtube short": ("https://youtu.be/abcdefghijk?t=5", "https://youtu.be/abcdefghijk?t=83"),
    "youtube embedded": ("https://www.youtube.com/embed/abc?t=2", "https://www.youtube.com/embed/abc?start=83"),
    "youtube live": ("https://www.youtube.com/live/abc", "https://www.youtube.com/live/abc?t=83s"),
    "vimeo": ("https://vimeo.com/123456", "https://vimeo.com/123456#t=83s"),
    "vimeo unlisted": ("https://vimeo.com/123456/0a1b2c", "https://vimeo.com/123456/0a1b2c#t=83s"),
    "peertube": ("https://tube.example.org/w/8xQ2abcdefKnots2", "https://tube.example.org/w/8xQ2abcdefKnots2?start=83s"),
    "voctoweb": ("https://media.ccc.de/v/ice-11#l=en", "https://media.ccc.de/v/ice-11#t=83"),
    "opencast": (
        "https://oc.example.org/paella7/ui/watch.html?id=7", "https://oc.example.org/paella7/ui/watch.html?id=7&time=1m23s",
    ),
    "media file": ("https://example.org/a/ice.MP4?x=1", "https://example.org/a/ice.MP4?x=1#t=83"),
    "anything else": ("https://example.org/talks/ice", "https://example.org/talks/ice"),
}  # fmt: skip


@pytest.mark.parametrize(("address", "wanted"), HOSTS.values(), ids=HOSTS)
def test_link_opens_at_the_second_as_the_host_has_it(address: str, wanted: str) -> None:
    assert deep_link(talk("Ice", video_url=address), 83.9) == wanted


@pytest.mark.parametrize("second", [None, float("nan"), float("inf"), -1, 601])
def test_link_without_a_second_that_can_be_is_the_plain_one(second: float | None) -> None:
    record = talk("Ice", video_url="https://youtu.be/abcdefghijk", duration_s=600)
    assert deep_link(record, second) == "https://youtu.be/abcdefghijk"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/x.mp4", "ftp://a.org/b.mp4", "https://[x", "talk.mp4", "https://a b.mp4"],
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert deep_link(talk("Ice", video_url=address), 83) is None


def test_record_without_a_video_has_no_link() -> None:
    assert deep_link(talk("Ice"), 83) is None


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://youtu.be/abcdefghijk?t=3", ("youtube", "abcdefghijk")),
        ("http://m.youtube.com/watch?list=a&v=abcdefghijk", ("youtube", "abcdefghijk")),
        ("https://vimeo.com/12345678", ("vimeo", "12345678")),
        ("https://example.org/watch?v=abcdefghijk", None),
        ("https://youtu.be/short", None),
    ],
)
def test_video_id_of_an_address(address: str, wanted: tuple[str, str] | None) -> None:
    assert video_id(address) == wanted


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
    assert find_links(text) == (links, [])


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
    assert find_links(text) == ([], [cut])
