"""Liquid, shortcodes and kramdown's marks: filled in where the file says enough, else gone."""

import pytest

from imports.tests.markdown_samples import body, read, sample, stories

C_CODE = '<pre><code class="language-c">a\n</code></pre>'


def test_a_post_of_jekyll():
    shown = sample("jekyll")["2026-03-05-The-meter-that-lied.md"].body
    assert '<a href="/blog/how/">how</a> and <a href="/blog/sequel/">the sequel</a>' in shown
    assert (
        '<pre><code class="language-ruby">puts &quot;{{ not liquid }}&quot;\n</code></pre>' in shown
    )
    assert '<img src="/assets/dial.png" alt="A dial"><figcaption>The dial</figcaption>' in shown
    assert "nobody sees this" not in shown
    assert "<p>Pay up.  {{ shown }} <code>{{ code }}</code></p>\n<table>" in shown


def test_a_post_of_hugo():
    shown = sample("hugo")["index.md"].body
    assert '<figure><img src="map.png" alt=""><figcaption>A map</figcaption></figure>' in shown
    assert '<a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">' in shown
    assert "<p>Kept <strong>words</strong>.</p>" in shown
    assert "fmt.Println(&quot;{{ .Title }}&quot;)" in shown
    assert "Written as {{&lt; figure src=&quot;x&quot; &gt;}} in" in shown
    assert '<a href="/posts/json/">the other</a>' in shown


def test_a_post_of_pelican():
    shown = sample("pelican")["meters.md"].body
    assert '<a href="/images/dial.png">the picture</a>' in shown
    assert '<a href="">this</a>' in shown


def test_what_goes_is_noted(tmp_path):
    text = "---\ntitle: T\n---\n{{ site.x }} {% foo %} {{< bar >}} {% for a in b %}c{% endfor %}"
    assert read(tmp_path, text).notes == (
        "“{{ site.x }}” left out",
        "the shortcode “foo” left out",
        "the shortcode “bar” left out",
        "conditions and loops of Liquid left out",
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{{ page.title }}", "<p>T</p>"),
        ("{{ '/a' | relative_url }}", "<p>/a</p>"),
        ('[x]({{ "/a/" | url }})', '<p><a href="/a/">x</a></p>'),
        ("{% raw %}{{ a }}{% endraw %}", "<p>{{ a }}</p>"),
        ("{% raw %}{% b %}", "<p>{% b %}</p>"),
        ("{{ .Title }}", "<p>{{ .Title }}</p>"),
        ("```\n{{ a }} {% raw %}b{% endraw %}\n```", "<pre><code>{{ a }} b\n</code></pre>"),
        ("```\n{% highlight a %}\n", "<pre><code>{% highlight a %}\n</code></pre>"),
        ("{% raw %}\n~~~c\na{% endraw %}\n~~~\n{{ page.title }}", f"{C_CODE}\n<p>T</p>"),
        ("{% highlight %}\n```\n{% endhighlight %}", "<pre><code>```\n</code></pre>"),
        ("{% codeblock lang:c %}a{% endcodeblock %}", C_CODE),
        ("{% blockquote A %}\nB\n{% endblockquote %}", "<blockquote>\n<p>B</p>\n</blockquote>"),
        ("{% tweet 12 %}", '<p><a href="https://x.com/i/status/12">https://x.com/i/status/12</a></p>'),
        ("{{ vimeo(id=\"12\") }}", '<p><a href="https://vimeo.com/12">https://vimeo.com/12</a></p>'),
        ("{% quote(author=\"A\") %}\nB\n{% end %}", "<blockquote>\n<p>B</p>"),
        ("{% image \"a.png\" \"A&amp;b\" %}", '<figure><img src="a.png" alt="A&amp;b"></figure>'),
        ("a {% img left /a.png 1 2 'T' 'Alt' %}", '<p>a <img src="/a.png" alt="Alt"></p>'),
        ("{% include x.html %}a", "<p>a</p>"),
        ("* TOC\n{:toc}\n\na\n{: .b #c}", "<p>a</p>"),
        ("{::nomarkdown}a{:/nomarkdown} {:a=>1}", "<p>a {:a=&gt;1}</p>"),
        ("{% comment %}{{ a }}", "<p>{{ a }}</p>"),
        ("{{< comment >}}a{{< /comment >}}b", "<p>b</p>"),
        ("{{< param title >}}", "<p>T</p>"),
        ("{% if a %}", ""),
        ("{ {{ {% %} }} }", "<p>{ {{ {% %} }} }</p>"),
    ],
)  # fmt: skip
def test_each(tmp_path, written, shown):
    assert body(tmp_path, written) == shown


def test_links_to_stories_that_are_not_there_lose_their_target(tmp_path):
    story = read(tmp_path, "---\ntitle: T\n---\n[a]({% post_url 2020-01-01-gone %})")
    assert story.body == '<p><a href="">a</a></p>'
    assert "2020-01-01-gone" in story.notes[0]


def test_two_stories_that_link_to_each_other(tmp_path):
    (tmp_path / "b.md").write_text('---\npermalink: /b/\n---\n[a]({{< ref "a.md" >}})')
    (tmp_path / "a.md").write_text('---\npermalink: /a/\n---\n[b]({{< relref "b#c" >}})')
    found = stories(tmp_path)
    assert found["a.md"].body == '<p><a href="/b/">b</a></p>'
    assert found["b.md"].body == '<p><a href="/a/">a</a></p>'


def test_addresses_of_the_site(tmp_path):
    (tmp_path / "_config.yml").write_text("url: https://a.example\nbaseurl: /b\nowner: Ola")
    text = "{{ site.url }} {{ '/c' | absolute_url }} {{ 'c' | prepend: site.baseurl }}"
    assert (
        body(tmp_path, f"{text} {{{{ site.owner }}}}")
        == "<p>https://a.example https://a.example/b/c /b/c Ola</p>"
    )


def test_a_long_value_asked_for_often_is_left_out(tmp_path):
    shown = body(tmp_path, "{{ page.x }}" * 50_000, f"title: T\nx: {'y' * 50_000}")
    assert shown == ""
