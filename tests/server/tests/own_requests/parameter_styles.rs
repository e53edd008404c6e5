//! Parameters arrive as their styles write them (OpenAPI 3.1.1, §4.8.12).

use serde_json::json;

use crate::parcels;

/// How the method understood a request.
async fn understood(path: &str) -> String {
    let server = parcels::server().await;
    let answer = server.get(path, None).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.json()["text"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn each_style_of_a_query_is_read() {
    for (query, wanted) in [
        ("ids=a,b&ids=c", "ids: Some([\"a,b\", \"c\"])"),
        ("ids=a", "ids: Some([\"a\"])"),
        ("sizes=1,2", "sizes: Some([1, 2])"),
        ("sizes=1%2C2", "sizes: Some([1, 2])"),
        ("colours=red%7Cblue", "colours: Some([\"red\", \"blue\"])"),
        ("words=a%20b", "words: Some([\"a\", \"b\"])"),
        (
            "weight[from]=1&weight%5Bto%5D=2.5",
            "from: Some(1), to: Some(2.5)",
        ),
        (
            "place=%7B%22x%22%3A3%7D",
            "place: Some(SearchParcelsPlace { x: 3 })",
        ),
        (
            "relay=https://a.example",
            "relay: Some(\"https://a.example\")",
        ),
        ("relay=7", "relay: Some(\"7\")"),
        (
            "",
            "ids: None, sizes: None, colours: None, words: None, weight: None, place: None",
        ),
    ] {
        let text = understood(&format!("/auth/parcels/search?{query}")).await;
        assert!(text.contains(wanted), "{query}: {text}");
    }
}

#[tokio::test]
async fn what_is_left_out_has_its_default() {
    let text = understood("/auth/parcels/search").await;
    assert!(text.contains("page: 1, order: [Age, Size]"), "{text}");
    let text = understood("/auth/parcels/search?page=2&order=size").await;
    assert!(text.contains("page: 2, order: [Size]"), "{text}");
}

#[tokio::test]
async fn each_style_of_a_path_and_a_header_is_read() {
    let text = understood("/auth/parcels/.letter/;codes=1;codes=2/a,b").await;
    let wanted = "kind: \"letter\", codes: [1, 2], rooms: [\"a\", \"b\"]";
    assert!(text.contains(wanted), "{text}");
}

#[tokio::test]
async fn a_parameter_that_is_not_written_in_its_style_is_named() {
    let server = parcels::server().await;
    for (path, problem) in [
        ("search?page=0", "`page` is wrong: it must be at least 1"),
        (
            "search?page=1&page=2",
            "`page` is wrong: it is given more than once",
        ),
        ("search?place=x", "`place` is wrong: it is no JSON"),
        (
            "search?place=%7B%22x%22%3A-1%7D",
            "`place` is wrong: `x` must be at least 0",
        ),
        (
            "letter/;codes=1/a",
            "`kind` is wrong: it must begin with `.`",
        ),
    ] {
        let answer = server.get(&format!("/auth/parcels/{path}"), None).await;
        let message = format!("the parameter {problem}");
        let wanted = (400, json!({ "message": message }));
        assert_eq!((answer.status.as_u16(), answer.json()), wanted, "{path}");
    }
}
