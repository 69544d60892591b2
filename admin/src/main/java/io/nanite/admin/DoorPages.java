package io.nanite.admin;

import static io.nanite.admin.Html.all;
import static io.nanite.admin.Html.el;
import static io.nanite.admin.Html.text;

import java.util.ArrayList;
import java.util.List;

/** Who comes in, and what was done. */
final class DoorPages {

    private DoorPages() {}

    static String login(Shell shell, String base) {
        return shell.plain(
                base,
                "login",
                "Log in",
                el("div", el("span").cls("mark"), el("b", "Nanite")).cls("brand"),
                el("h1", "Control Tower"),
                el(
                                "form",
                                el(
                                                "label",
                                                el("span", "Name"),
                                                el("input")
                                                        .with("name", "user")
                                                        .with("autocomplete", "username")
                                                        .with("autocapitalize", "off")
                                                        .with("required", true)
                                                        .with("autofocus", true))
                                        .cls("field"),
                                el(
                                                "label",
                                                el("span", "Password"),
                                                el("input")
                                                        .with("type", "password")
                                                        .with("name", "password")
                                                        .with("autocomplete", "current-password")
                                                        .with("required", true))
                                        .cls("field"),
                                el("p").cls("note is-bad")
                                        .with("data-says", true)
                                        .with("role", "alert")
                                        .with("hidden", true),
                                el("button", "Log in").cls("btn primary script").with("type", "submit"),
                                el("noscript", el("p", "Logging in needs a script.")))
                        .cls("login")
                        .with("method", "post")
                        .with("data-login", base + "/"),
                el(
                        "p",
                        text("Or open the link that "),
                        el("code", "nanite-admin"),
                        text(" printed when it was started.")));
    }

    static Sheet audit(Visit visit) throws Exception {
        if (!visit.may(Role.ADMIN)) {
            throw new ProblemException(403, "audit: not shown (expected: an admin)");
        }
        Facts answer = visit.ask("audit");
        List<Html> rows = new ArrayList<>();
        for (Facts line : answer.list("lines")) {
            rows.add(el(
                    "tr",
                    Pieces.td(Words.ago(line.time("at"), answer.time("at")), "when"),
                    Pieces.td(line.has("user") ? line.text("user") : "link", ""),
                    Pieces.td(line.text("address"), "wide"),
                    Pieces.td(line.text("method") + " " + line.text("path"), "why"),
                    Pieces.td(line.text("what"), "mid why"),
                    Pieces.td(line.text("status"), "n")));
        }
        return Sheet.of(
                "audit",
                "Audit",
                answer.time("at"),
                el(
                                "div",
                                rows.isEmpty()
                                        ? Pieces.empty(
                                                "Nothing was changed since the tower was started.",
                                                el(
                                                        "p",
                                                        "Each change has a line here, done or refused: who, from where, what."))
                                        : all(Pieces.table(
                                                "What was changed",
                                                List.of(
                                                        Pieces.th("When", "when"),
                                                        Pieces.th("Who", ""),
                                                        Pieces.th("From", "wide"),
                                                        Pieces.th("What", ""),
                                                        Pieces.th("Which", "mid"),
                                                        Pieces.th("Status", "n")),
                                                rows)))
                        .with("data-live", true));
    }
}
