// SPDX-License-Identifier: MIT
//! As much of a JSON reader as this channel takes. The host has checked the text: it is one JSON
//! value, in UTF-8, so what is read here is only where its parts begin and end.

/// The text of one value at the start of `text`, which begins with it.
fn value(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b',' | b':' | b'}' | b']' if depth == 0 => return text[..at].trim_end(),
            _ => {}
        }
    }
    text.trim_end()
}

/// The values between the brackets of an array, or the names and values of an object in turn.
pub fn parts(container: &str) -> Vec<&str> {
    let inner = container.trim();
    let mut rest = inner
        .get(1..inner.len().saturating_sub(1))
        .unwrap_or("")
        .trim_start();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let part = value(rest);
        found.push(part);
        rest = rest[part.len()..]
            .trim_start()
            .get(1..)
            .unwrap_or("")
            .trim_start();
    }
    found
}

/// The object's member of that name; an error when it is there twice.
pub fn member<'a>(object: &'a str, name: &str) -> Result<Option<&'a str>, &'static str> {
    let all = parts(object);
    let mut found = all.chunks(2).filter(|pair| string(pair[0]) == Some(name));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err("is given twice"),
        (first, _) => Ok(first.map(|pair| pair[1])),
    }
}

/// The characters of a string that has no escapes in it.
pub fn string(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then(|| inner)
}
