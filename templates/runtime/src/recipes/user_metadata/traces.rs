// What the recipe stores of users and tenants: an expression that `store/traces.rs` includes.
Traces {
    of_user: &["DELETE FROM user_metadata WHERE user_id = $1 OR user_id IN (
             SELECT recipe_user_id FROM login_methods WHERE user_id = $1)"],
    of_tenant: &[],
}
