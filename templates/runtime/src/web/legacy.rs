//! The user object of early FDI versions.
//!
//! Rule: a client that speaks FDI below 1.18, or 2.x, gets `{id, email?, phoneNumber?, thirdParty?,
//! timeJoined}` in place of the user with login methods. It shows the login method that the new session
//! belongs to, else the oldest one.

use serde_json::{Map, Value};

use crate::call::FdiVersion;

/// The keys that the old shape takes from the login method, in its order.
const FROM_METHOD: [&str; 4] = ["timeJoined", "thirdParty", "email", "phoneNumber"];

/// Whether the client expects the old shape.
pub(super) fn expects_old_shape(version: &FdiVersion) -> bool {
    let new =
        (version.at_least(&[1, 18]) && !version.at_least(&[2, 0])) || version.at_least(&[3, 0]);
    !new
}

/// Rewrites the `user` of an answer, if it has one.
pub(super) fn to_old_shape(answer: &mut Value, recipe_user_id: Option<&str>) {
    let Some(answer) = answer.as_object_mut() else {
        return;
    };
    if let Some(old) = answer
        .get("user")
        .and_then(|user| old_user(user, recipe_user_id))
    {
        answer.insert("user".to_owned(), old);
    }
    if let Some(created) = answer.get("createdNewRecipeUser").cloned() {
        answer.insert("createdNewUser".to_owned(), created);
    }
}

fn old_user(user: &Value, recipe_user_id: Option<&str>) -> Option<Value> {
    let methods = user.get("loginMethods")?.as_array()?;
    let of_session = |method: &&Value| {
        recipe_user_id.is_some()
            && method.get("recipeUserId").and_then(Value::as_str) == recipe_user_id
    };
    let method = methods
        .iter()
        .find(of_session)
        .or_else(|| methods.first())?;
    let mut old = Map::new();
    old.insert("id".to_owned(), user.get("id")?.clone());
    for key in FROM_METHOD {
        if let Some(value) = method.get(key) {
            old.insert(key.to_owned(), value.clone());
        }
    }
    Some(Value::Object(old))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_follows_the_version() {
        let old = |text| expects_old_shape(&FdiVersion::parse(Some(text)));
        assert!(!expects_old_shape(&FdiVersion::parse(None)));
        assert!(old("1.17") && old("2.0") && old("1.18,2.0") && old("banana"));
        assert!(!old("1.17,1.18") && !old("1.19") && !old("3.0") && !old("3.1,4.0,4.1"));
    }

    #[test]
    fn the_login_method_of_the_session_is_shown() {
        let user = serde_json::json!({"user": {"id": "u", "loginMethods": [
            {"recipeUserId": "a", "email": "a@ex.co", "timeJoined": 1},
            {"recipeUserId": "b", "thirdParty": {"id": "x", "userId": "1"}, "timeJoined": 2},
        ]}});
        let mut answer = user.clone();
        to_old_shape(&mut answer, Some("b"));
        let expected = serde_json::json!({"user":
            {"id": "u", "timeJoined": 2, "thirdParty": {"id": "x", "userId": "1"}}});
        assert_eq!(answer, expected);

        let mut answer = user;
        to_old_shape(&mut answer, None);
        assert_eq!(answer["user"]["email"], "a@ex.co");
    }
}
