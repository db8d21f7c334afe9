from tests.conftest import Cast, Visit


def test_an_officer_adds_an_entity_by_the_form(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    sent = client.post(
        "/office/entities/new", data={"name": "Cơ sở <Mới>", "kind": "household", "tax_no": ""}
    )
    assert sent.status_code == 303
    page = client.get(sent.headers["location"])
    assert "Cơ sở &lt;Mới&gt;" in page.text
    assert "Cơ sở &lt;Mới&gt;" in client.get("/office/entities?q=co so").text


def test_a_wrong_form_comes_back_as_it_was_filled_in(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    sent = client.post("/office/entities/new", data={"name": "Cơ sở", "tax_no": "12"})
    assert sent.status_code == 422
    assert 'value="Cơ sở"' in sent.text
    assert 'id="kind-wrong"' in sent.text


def test_a_reader_without_a_session_is_sent_to_sign_in_and_back(visit: Visit) -> None:
    sent = visit().get("/office/entities?q=a")
    assert sent.headers["location"] == "/sign-in?after=/office/entities%3Fq%3Da"


def test_a_write_from_another_site_is_refused(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    form = {"name": "Lạ", "kind": "household"}
    for headers in ({"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/office/entities/new", data=form, headers=headers).status_code == 403
