/// A rule about one field, which may be missing.
trait Rule {
    /// Says what is wrong with the value, if anything.
    fn problem(&self, value: Option<&str>) -> Option<String>;
}

struct Required;

impl Rule for Required {
    fn problem(&self, value: Option<&str>) -> Option<String> {
        let blank = value.is_none_or(|text| text.trim().is_empty());
        blank.then(|| "is required".to_string())
    }
}

struct Longest {
    limit: usize,
}

impl Rule for Longest {
    fn problem(&self, value: Option<&str>) -> Option<String> {
        match value?.chars().count().checked_sub(self.limit) {
            None | Some(0) => None,
            Some(excess) => Some(format!("is {excess} too long")),
        }
    }
}

struct OneOf<'a> {
    choices: Vec<&'a str>,
}

impl Rule for OneOf<'_> {
    fn problem(&self, value: Option<&str>) -> Option<String> {
        let known = self.choices.contains(&value?);
        (!known).then(|| format!("must be {}", self.choices.join(" or ")))
    }
}

/// Reads a rule such as `longest:name:8`; returns its field and the rule.
fn parse(text: &str) -> Result<(&str, Box<dyn Rule + '_>), String> {
    let words: Vec<&str> = text.split(':').collect();
    match words[..] {
        ["required", field] => Ok((field, Box::new(Required))),
        ["longest", field, limit] => {
            let limit = limit.parse().map_err(|_| format!("no number: {limit}"))?;
            Ok((field, Box::new(Longest { limit })))
        }
        ["oneof", field, ref choices @ ..] => {
            let choices = choices.to_vec();
            Ok((field, Box::new(OneOf { choices })))
        }
        _ => Err(format!("no rule {text}")),
    }
}

/// Returns all problems of a record, in the order of the rules.
pub fn validate(
    record: &std::collections::HashMap<String, String>,
    rules: &[String],
) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for text in rules {
        let (field, rule) = parse(text)?;
        let value = record.get(field).map(String::as_str);
        problems.extend(rule.problem(value).map(|what| format!("{field} {what}")));
    }
    Ok(problems)
}
