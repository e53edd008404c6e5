//! A long random walk through sign-ups, sign-ins, resets and codes in several tenants, beside a model that keeps the
//! tenants apart by construction: each answer is the one of the model.

use std::collections::BTreeMap;

use super::*;

/// How many steps a walk has.
const STEPS: usize = 250;

/// Numbers that only look random, so that a walk that fails can be walked again (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        let step = 6_364_136_223_846_793_005;
        self.0 = self
            .0
            .wrapping_mul(step)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).expect("31 bits fit");
        high % end
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What the tenants know, by tenant and address.
#[derive(Default)]
struct Model {
    /// Id and password of users with a password.
    users: BTreeMap<(String, String), (String, String)>,
    /// Ids of users without one.
    without_password: BTreeMap<(String, String), String>,
    /// Reset tokens that were sent and are not spent: token, tenant and address.
    tokens: Vec<(String, String, String)>,
    /// Codes that were sent and are not spent: body, tenant and address.
    codes: Vec<(Value, String, String)>,
}

#[tokio::test]
async fn tenants_stay_apart_whatever_happens() {
    for seed in [1, 2027] {
        walk(seed).await;
    }
}

async fn walk(seed: u64) {
    let world = World::start().await;
    let (mut numbers, mut model) = (Numbers(seed), Model::default());
    let (emails, passwords) = (["ana@ex.co", "eva@ex.co"], ["passw0rd", "passw0rd2"]);
    let (mut sign_ins, mut resets, mut codes, mut refused) = (0, 0, 0, 0);
    for step in 0..STEPS {
        let tenant = (*numbers.of(&TENANTS)).to_owned();
        let email = (*numbers.of(&emails)).to_owned();
        let password = (*numbers.of(&passwords)).to_owned();
        let key = (tenant.clone(), email.clone());
        let what = format!("seed {seed}, step {step}: {tenant}, {email}");
        let known = model.users.get(&key).cloned();
        match numbers.below(6) {
            0 => {
                let body = form(&email, &password);
                let answer = world.post(&tenant, "/signup", &body).await;
                if known.is_some() {
                    assert_eq!(answer.json()["status"], "FIELD_ERROR", "{what}");
                } else {
                    model.users.insert(key, (user_id(&answer), password));
                }
            }
            1 => {
                let body = form(&email, &password);
                let answer = world.post(&tenant, "/signin", &body).await;
                match known {
                    Some((id, own)) if own == password => {
                        assert_eq!(user_id(&answer), id, "{what}");
                        sign_ins += 1;
                    }
                    _ => assert_eq!(answer.json()["status"], "WRONG_CREDENTIALS_ERROR", "{what}"),
                }
            }
            2 => {
                let path = format!("/emailpassword/email/exists?email={email}");
                let answer = world.get(&tenant, &path).await;
                assert_eq!(answer.json()["exists"], known.is_some(), "{what}");
            }
            3 => {
                let before = world.server.mails().await.len();
                let body = json!({"formFields": [{"id": "email", "value": email}]});
                world
                    .post(&tenant, "/user/password/reset/token", &body)
                    .await;
                let mails = world.server.mails().await;
                // Mails for one address are limited; beyond that none is sent.
                if mails.len() > before {
                    assert!(known.is_some(), "{what}");
                    let link = world.link_to(&email).await;
                    let mut pairs = link.query_pairs();
                    let token = pairs.find(|(name, _)| name == "token").expect("a token");
                    model.tokens.push((token.1.into_owned(), tenant, email));
                }
            }
            4 if !model.tokens.is_empty() => {
                let place = numbers.below(model.tokens.len());
                let (token, of_tenant, of_email) = model.tokens[place].clone();
                let fields = json!([{"id": "password", "value": password}]);
                let body = json!({"method": "token", "token": token, "formFields": fields});
                let answer = world.post(&tenant, "/user/password/reset", &body).await;
                if tenant == of_tenant {
                    assert_eq!(answer.json()["status"], "OK", "{what}");
                    let key = (of_tenant.clone(), of_email.clone());
                    let user = model.users.get_mut(&key).expect("there is a user");
                    user.1 = password;
                    model
                        .tokens
                        .retain(|(_, tenant, email)| (tenant, email) != (&of_tenant, &of_email));
                    resets += 1;
                } else {
                    let status = "RESET_PASSWORD_INVALID_TOKEN_ERROR";
                    assert_eq!(answer.json()["status"], status, "{what}");
                    refused += 1;
                }
            }
            _ if model.codes.is_empty() || numbers.below(2) == 0 => {
                let before = world.server.mails().await.len();
                let started = world.start_code(&tenant, &email).await;
                assert_eq!(world.server.mails().await.len(), before + 1, "{what}");
                let [code, _] = world.codes(&started, &email).await;
                model.codes.push((code, tenant, email));
            }
            _ => {
                let place = numbers.below(model.codes.len());
                let (body, of_tenant, of_email) = model.codes[place].clone();
                let answer = world.post(&tenant, "/signinup/code/consume", &body).await;
                if tenant == of_tenant {
                    let key = (of_tenant.clone(), of_email.clone());
                    let id = user_id(&answer);
                    let known = model.without_password.entry(key).or_insert(id.clone());
                    assert_eq!(*known, id, "{what}");
                    model
                        .codes
                        .retain(|(_, tenant, email)| (tenant, email) != (&of_tenant, &of_email));
                    codes += 1;
                } else {
                    assert_eq!(answer.json()["status"], "RESTART_FLOW_ERROR", "{what}");
                    refused += 1;
                }
            }
        }
    }
    let with = model.users.values().map(|(id, _)| id);
    let mut ids: Vec<_> = with.chain(model.without_password.values()).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "each tenant has users of its own");
    assert!(
        count > 6
            && [sign_ins, resets, codes, refused]
                .iter()
                .all(|count| *count > 0),
        "{count} users, {sign_ins} sign-ins, {resets} resets, {codes} codes, {refused} refused"
    );
}
