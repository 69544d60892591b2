package io.nanite.admin;

import java.util.List;

/** Texts that would be something else on a page that did not take care. */
final class Hostile {

    static final List<String> ALL = List.of(
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "\"><svg onload=alert(1)>",
            "'><iframe src=javascript:alert(1)>",
            "</textarea><b id=pwned>",
            "</title></style></script><b id=pwned>",
            "{{7*7}}${7*7}<%= 7*7 %>",
            "javascript:alert(1)",
            "&lt;b id=pwned&gt;",
            "]]><b id=pwned>",
            "\u202eevil\u2066",
            "\u001b[31mred\u0007",
            "line\nline\r\n\u0085\u2028line",
            "\ud800lone");

    private Hostile() {}
}
