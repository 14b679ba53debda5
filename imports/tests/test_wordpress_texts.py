"""The texts of WordPress: blocks, shortcodes and the paragraphs of the classic editor."""

import pytest

from imports.formats.wordpress import parse
from imports.formats.wordpress.paragraphs import paragraphs
from imports.tests.wordpress.building import NEWSROOM, body, found, item, only


def text(written: str) -> str:
    return body(written)[0]


def notes(written: str) -> tuple[str, ...]:
    return body(written)[1]


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One,\r\nstill one.", "<p>One,<br>\nstill one.</p>"),
        ("One.<br />\nTwo.", "<p>One.<br>\nTwo.</p>"),
        ("<p>One.</p>\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("<h2>Head</h2>\nText", "<h2>Head</h2><p>Text</p>"),
        ("<ul>\n<li>One</li>\n</ul>", "<ul>\n<li>One</li>\n</ul>"),
        (
            "<blockquote>One\n\nTwo</blockquote>",
            "<blockquote><p>One</p>\n<p>Two</p>\n</blockquote>",
        ),
        ("<pre>a\n\nb</pre>\n\nText", "<pre>a\n\nb</pre><p>Text</p>"),
        ("<p>One\ntwo\n\nthree</p>", "<p>One<br>\ntwo<br><br>\nthree</p>"),
        ("<div>One\n\nTwo</div>", "<div><p>One</p>\n<p>Two</p>\n</div>"),
        ('<img\nsrc="a.png"\n/>', '<p><img src="a.png" /></p>'),
        ("<pre>no end\n\nhere", "<pre><p>no end</p>\n<p>here</p>"),
        ("</div>Stray\n\nend", "</div><p>Stray</p>\n<p>end</p>"),
        ("<ul><li>One<li>Two</ul>After", "<ul><li>One<li>Two</ul><p>After</p>"),
        (" \n \n", ""),
    ],
)
def test_paragraphs_of_the_classic_editor(written, html):
    assert paragraphs(written) == html


def test_an_address_on_a_line_of_its_own_is_a_link():
    assert text("See\n\nhttps://video.example/w?v=1&amp;t=2\n\nnow") == (
        "<p>See</p>\n"
        '<p><a href="https://video.example/w?v=1&amp;t=2">https://video.example/w?v=1&amp;t=2</a>'
        "</p>\n<p>now</p>"
    )


def test_the_marks_for_more_and_for_the_next_page_go():
    assert text("One.\n\n<!--more-->\n\nTwo.<!--nextpage-->") == "<p>One.</p>\n<p>Two.</p>"


def test_blocks_lose_their_comments():
    block = '<!-- wp:paragraph {"align":"left"} -->\n<p>One\ntwo</p>\n<!-- /wp:paragraph -->'
    assert text(block) == "<p>One\ntwo</p>"


def test_text_between_blocks_is_from_the_classic_editor():
    written = "One.\n\nTwo.\n<!-- wp:html --><b>x</b>\n\n<!-- /wp:html -->\nThree."
    assert text(written) == "<p>One.</p>\n<p>Two.</p><b>x</b>\n\n<p>Three.</p>"


def test_dynamic_blocks_are_left_out_with_a_note():
    written = (
        '<!-- wp:latest-posts {"postsToShow":2} /-->'
        "<!-- wp:query {} --><div><!-- wp:post-title /--><p>Pattern</p></div><!-- /wp:query -->"
        "<!-- wp:paragraph --><p>Kept</p><!-- /wp:paragraph --><!-- wp:spacer /-->"
    )
    assert text(written) == "<p>Kept</p>"
    assert notes(written) == ("2 dynamic blocks left out: latest-posts, query",)


def test_a_block_that_is_kept_elsewhere_is_put_in():
    entry = next(iter(parse(NEWSROOM).entries))
    assert "<p>Figures by the regulator.</p>" in entry.body
    assert "1 dynamic block left out: latest-posts" in entry.notes


def test_a_block_that_holds_itself_ends():
    block = item(number=5, body='x<!-- wp:block {"ref":5} /--><!-- wp:block {"ref":5} /-->')
    post = item(body='<!-- wp:block {"ref":5} /-->')
    (entry,) = found(block.replace(">post<", ">wp_block<") + post)
    assert len(entry.body) < 1000


def test_an_embed_block_is_a_link():
    written = (
        '<!-- wp:embed {"url":"https://video.example/1"} --><figure>'
        '<div class="wp-block-embed__wrapper">\nhttps://video.example/1\n</div></figure>'
        "<!-- /wp:embed -->"
    )
    assert '<a href="https://video.example/1">https://video.example/1</a>' in text(written)


@pytest.mark.parametrize(
    "written",
    [
        "<!-- wp:paragraph --><p>One</p>",
        "<p>One</p><!-- /wp:paragraph -->",
        "<!-- wp:group --><!-- wp:paragraph --><p>One</p><!-- /wp:group -->",
        "<!-- wp:query --><p>One</p>",
    ],
)
def test_blocks_without_an_end_lose_no_text(written):
    assert "<p>One</p>" in text(written)


def test_a_caption_is_a_figure():
    picture = '<a href="https://a.example"><img src="a.jpg" /></a>'
    written = (
        f'[caption id="attachment_6" width="300"]{picture} The <em>park</em>[/caption]\n\nText'
    )
    assert text(written) == (
        f"<figure>{picture}<figcaption>The <em>park</em></figcaption></figure><p>Text</p>"
    )


def test_a_caption_in_the_attributes():
    link = "<a href='https://a.example'>A</a>"
    written = f'[wp_caption caption="By {link}"]<img src="a.jpg">[/wp_caption]'
    assert f"<figcaption>By {link}</figcaption>" in text(written)


def test_a_gallery_is_left_out_with_a_note():
    assert body('One [gallery ids="1,2"]\n\n[gallery]') == ("<p>One</p>", ("2 galleries left out",))


@pytest.mark.parametrize(
    ("written", "address", "shown"),
    [
        ("[embed]https://a.example/v?x=1&amp;y=2[/embed]", "https://a.example/v?x=1&amp;y=2", ""),
        ("[embed width='3']https://a.example/v[/embed]", "https://a.example/v", ""),
        ('[audio src="https://a.example/talk.mp3"]', "https://a.example/talk.mp3", "talk.mp3"),
        ("[audio https://a.example/talk.mp3|titles=T]", "https://a.example/talk.mp3", "talk.mp3"),
        (
            '[video width="3" mp4="https://a.example/v.mp4"][/video]',
            "https://a.example/v.mp4",
            "v.mp4",
        ),
        ("[video src=”https://a.example/v.mp4″]", "https://a.example/v.mp4", "v.mp4"),
        ("[youtube https://a.example/watch?v=1]", "https://a.example/watch?v=1", ""),
        ("[youtube=https://a.example/watch?v=1]", "https://a.example/watch?v=1", ""),
    ],
)
def test_players_are_links(written, address, shown):
    assert text(written) == f'<p><a href="{address}">{shown or address}</a></p>'


@pytest.mark.parametrize(
    "written",
    [
        "[unknown]kept[/unknown]",
        '[button url="https://a.example" color="red"]kept[/button]',
        "[url=https://a.example]kept[/url]",
        "[dropcap_x]kept",
        'kept[contact-form-7 id="12" title="Contact"]',
        "kept[thing /]",
        "[vc_row][vc_column width='1/2'][vc_column_text]kept[/vc_column_text][/vc_column][/vc_row]",
    ],
)
def test_other_shortcodes_go_and_their_text_stays(written):
    assert text(written) == "<p>kept</p>"
    assert notes(written)[0].startswith("shortcodes left out: ")


def test_columns_do_not_run_into_each_other():
    assert text("[vc_column_text]One[/vc_column_text][vc_column_text]Two[/vc_column_text]") == (
        "<p>One</p>\n<p>Two</p>"
    )


@pytest.mark.parametrize(
    "words",
    [
        "He [sic] said [the minister] “[we] will [pay]…” [1] [a] […] [and/or]",
        "[Video] of it [video of the crash] [simple boat] [caption removed]",
        "array[i] = x[0]; df[[name]] [[Page of a wiki]] if [ -f x ]",
        "[/end] of nothing, [unclosed, [] and [[]]",
    ],
)
def test_brackets_that_are_no_shortcode_stay(words):
    assert body(words) == (f"<p>{words}</p>", ())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Use [[gallery]] here", "Use [gallery] here"),
        ('[[audio src="x"]]', '[audio src="x"]'),
        ("[[caption]x[/caption]]", "[caption]x[/caption]"),
        ("<code>[gallery]</code>", "<code>[gallery]</code>"),
        ("<code>[[gallery]]</code>", "<code>[gallery]</code>"),
    ],
)
def test_escaped_shortcodes_stay_as_text(written, shown):
    assert body(written) == (f"<p>{shown}</p>", ())


def test_code_keeps_its_lines():
    assert text('[code language="py"]\nif a < b:\n\n    x[i]\n[/code]') == (
        "<pre>\nif a &lt; b:\n\n    x[i]\n</pre>"
    )


def test_shortcodes_in_the_attributes_of_a_block_are_none():
    written = '<!-- wp:image {"ids":[1,2],"t":"[gallery]"} --><p>x</p><!-- /wp:image -->'
    assert body(written) == ("<p>x</p>", ())


def test_an_excerpt_loses_its_shortcodes_too():
    excerpt = "<excerpt:encoded><![CDATA[[hl_x]Short[/hl_x]]]></excerpt:encoded>"
    assert only(excerpt).dek == "Short"
