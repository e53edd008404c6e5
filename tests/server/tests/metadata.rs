//! Metadata of users: merged, limited, and gone with the user. The objects are those that the reference gave.

mod common;

use auth_server::Error;
use auth_server::recipes::user_metadata::{LIMIT, Metadata};
use common::Server;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

async fn get(metadata: &Metadata, id: &str) -> Value {
    Value::Object(metadata.get(id).await.expect("read"))
}

#[tokio::test]
async fn an_update_replaces_keys_and_null_removes_one() {
    let server = Server::start().await;
    let metadata = server.auth.metadata();
    let update = async |update: Value| metadata.update("ana", &update).await.map(Value::Object);
    let first = update(json!({ "a": 1, "b": { "c": 2 } })).await;
    assert_eq!(first.expect("stored"), json!({ "a": 1, "b": { "c": 2 } }));
    let second = update(json!({ "a": null, "b": { "d": 3 } })).await;
    assert_eq!(second.expect("stored"), json!({ "b": { "d": 3 } }));
    assert_eq!(get(&metadata, "ana").await, json!({ "b": { "d": 3 } }));
    assert_eq!(get(&metadata, "nobody").await, json!({}));
    for wrong in [json!(1), json!([]), json!(null)] {
        assert!(matches!(update(wrong).await, Err(Error::Internal(_))));
    }
    assert!(metadata.clear("ana").await.expect("stored"));
    assert!(!metadata.clear("ana").await.expect("stored"));
    assert_eq!(get(&metadata, "ana").await, json!({}));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Profile {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<u8>,
}

#[tokio::test]
async fn an_application_reads_and_writes_a_type_of_its_own() {
    let server = Server::start().await;
    let metadata = server.auth.metadata();
    let name = "An\u{e0} \u{0} 名".to_owned();
    let profile = Profile { name, age: None };
    let with_age = json!({ "age": 7 });
    metadata.update("ana", &with_age).await.expect("stored");
    metadata.update("ana", &profile).await.expect("stored");
    let read: Profile = metadata.read("ana").await.expect("read");
    assert_eq!((read.name, read.age), (profile.name, Some(7)));
    assert!(metadata.read::<Profile>("nobody").await.is_err());
    let all: Map<String, Value> = metadata.read("nobody").await.expect("read");
    assert_eq!(all, Map::new());
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let metadata = server.auth.metadata();
    let text = "x".repeat(LIMIT - r#"{"a":""}"#.len());
    let fits = json!({ "a": text });
    metadata.update("ana", &fits).await.expect("stored");
    let more = json!({ "b": 1 });
    let refused = metadata.update("ana", &more).await;
    let Err(Error::BadInput(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("65536 bytes at most"), "{reason}");
    assert_eq!(get(&metadata, "ana").await, fits);
    let long = "x".repeat(513);
    assert!(matches!(
        metadata.update(&long, &more).await,
        Err(Error::BadInput(_))
    ));
    assert_eq!(get(&metadata, &long).await, json!({}));
    assert!(!metadata.clear(&long).await.expect("nothing to do"));
}

#[tokio::test]
async fn a_user_who_is_deleted_has_none() {
    let server = Server::start().await;
    let metadata = server.auth.metadata();
    let ana = server.ana("header").await;
    let id = ana.front_token()["uid"].as_str().map(str::to_owned);
    let id = id.expect("it is text");
    let plan = json!({ "plan": "gold" });
    metadata.update(&id, &plan).await.expect("stored");
    assert!(!ana.front_token().to_string().contains("gold"));
    assert!(server.auth.store().delete_user(&id).await.expect("stored"));
    assert_eq!(get(&metadata, &id).await, json!({}));
}
