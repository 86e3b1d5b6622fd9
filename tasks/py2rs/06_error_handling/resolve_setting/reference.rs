/// Follows references from `key` to a plain value; `@@text` is the plain value `@text`.
pub fn resolve(
    settings: &std::collections::HashMap<String, String>,
    key: &str,
    fallback: Option<String>,
) -> Result<String, String> {
    let mut seen = vec![key];
    loop {
        let current = seen[seen.len() - 1];
        let Some(value) = settings.get(current) else {
            return fallback.ok_or_else(|| format!("no setting {current}, needed by {key}"));
        };
        let Some(target) = value.strip_prefix('@') else {
            return Ok(value.clone());
        };
        if target.starts_with('@') {
            return Ok(target.to_string());
        }
        if seen.contains(&target) {
            return Err(format!("cycle: {} -> {target}", seen.join(" -> ")));
        }
        seen.push(target);
    }
}
