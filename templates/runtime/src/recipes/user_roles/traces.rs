// What the recipe stores of users and tenants: an expression that `store/traces.rs` includes.
Traces {
    of_user: &["DELETE FROM role_assignments WHERE user_id = $1 OR user_id IN (
             SELECT recipe_user_id FROM login_methods WHERE user_id = $1)"],
    of_tenant: &["DELETE FROM role_assignments WHERE tenant_id = $1"],
}
