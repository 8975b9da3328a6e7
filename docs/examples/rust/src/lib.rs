// SPDX-License-Identifier: MIT
//! A channel of named counters. Publish {"name": "visits", "add": 3}, and whoever subscribed to
//! "visits" receives {"type": "counter", "data": {"name": "visits", "value": 3}, ...}.

mod abi;
mod json;

use std::collections::BTreeMap;
use std::os::raw::{c_char, c_int};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null;
use std::slice;

use abi::{Bytes, Call, Item, Plugin, Request, Route, Subscriber, Update};

const NAME_RULE: &str = "must be a string of 1 to 32 of a-z, 0-9, _ and -";
const NOTHING: Bytes = Bytes {
    data: null(),
    size: 0,
};

type Counters = BTreeMap<String, i64>;

/// The channel's state. The host allocates it zeroed, and zeroes are `None`.
struct Channel {
    counters: Option<Box<Counters>>,
}

fn bytes(text: &str) -> Bytes {
    Bytes {
        data: text.as_ptr(),
        size: text.len(),
    }
}

/// The text of a span, which the host has checked. It is there until the callback returns.
fn text<'a>(bytes: Bytes) -> &'a str {
    if bytes.size == 0 {
        return "";
    }
    let all = unsafe { slice::from_raw_parts(bytes.data, bytes.size) };
    std::str::from_utf8(all).unwrap_or("")
}

/// One call: the services that this channel uses.
struct Context<'a> {
    call: *mut Call,
    host: &'a abi::Host,
    channel: &'a mut Channel,
}

impl Context<'_> {
    fn counters(&mut self) -> &mut Counters {
        self.channel.counters.get_or_insert_with(Default::default)
    }

    fn reject(&self, field: &str, message: &str) -> c_int {
        (self.host.reject)(self.call, -1, bytes(field), bytes(message))
    }

    fn refuse(&self, conn: u64, message: &str) -> c_int {
        (self.host.refuse)(self.call, conn, 0, bytes("bad_request"), bytes(message))
    }

    fn respond(&self, request: u64, status: u32, body: &str) -> c_int {
        (self.host.respond)(self.call, request, status, NOTHING, bytes(body))
    }
}

/// Runs a callback's body. A panic must not leave it: the frames above are C. The host is told that
/// the call failed, and then nothing of it counts.
fn guarded(call: *mut Call, body: impl FnOnce(&mut Context) -> c_int) -> c_int {
    let mut context = unsafe {
        Context {
            call,
            host: &*(*call).host,
            channel: &mut *(*call).channel.cast(),
        }
    };
    catch_unwind(AssertUnwindSafe(|| body(&mut context))).unwrap_or(abi::FAILED)
}

fn counter_name(value: &str) -> Option<&str> {
    let known =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    json::string(value).filter(|name| (1..=32).contains(&name.len()) && name.bytes().all(known))
}

extern "C" fn open(call: *mut Call, config: Bytes, _seed: u64) -> c_int {
    guarded(call, |context| {
        if json::parts(text(config)).is_empty() {
            return abi::OK;
        }
        let message = bytes("this channel has no options: remove them");
        (context.host.log)(context.call, abi::LEVEL_ERROR, message);
        abi::INVALID
    })
}

extern "C" fn close(call: *mut Call) -> c_int {
    guarded(call, |context| {
        context.channel.counters = None;
        abi::OK
    })
}

/// What a publisher's body asks for, or the field that is wrong and why.
fn change(body: &str) -> Result<(&str, i64), (&'static str, &'static str)> {
    let name = json::member(body, "name").map_err(|why| ("name", why))?;
    let add = json::member(body, "add").map_err(|why| ("add", why))?;
    let name = name.and_then(counter_name).ok_or(("name", NAME_RULE))?;
    let add = add
        .unwrap_or("1")
        .parse()
        .map_err(|_| ("add", "must be an integer"))?;
    Ok((name, add))
}

extern "C" fn publish(call: *mut Call, _update: *const Update, payload: Bytes) -> c_int {
    guarded(call, |context| {
        let (name, add) = match change(text(payload)) {
            Ok(change) => change,
            Err((field, message)) => return context.reject(field, message),
        };
        let before = context.counters().get(name).copied().unwrap_or(0);
        let value = match before.checked_add(add) {
            Some(value) => value,
            None => return context.reject("add", "the sum must be within 64 bits"),
        };
        let json = format!("{{\"name\":\"{name}\",\"value\":{value}}}");
        let item = Item {
            topic: bytes(name),
            key: NOTHING,
            r#type: NOTHING,
            json: bytes(&json),
            attributes: null(),
            attribute_count: 0,
            flags: 0,
            reserved: 0,
            offset: 0,
            time: 0,
        };
        let result = (context.host.emit)(context.call, &item);
        if result == abi::OK {
            context.counters().insert(name.to_owned(), value);
        }
        result
    })
}

/// The topics of {"counters": ["visits", ...]}; without the field, all of them.
fn wanted(request: &str) -> Result<Vec<&str>, &'static str> {
    match json::member(request, "counters")? {
        None => Ok(vec!["*"]),
        Some(list) if list.starts_with('[') => json::parts(list)
            .into_iter()
            .map(|name| counter_name(name).ok_or(NAME_RULE))
            .collect(),
        Some(_) => Err("\"counters\" must be an array of names"),
    }
}

extern "C" fn subscribe(call: *mut Call, subscriber: *const Subscriber, request: Bytes) -> c_int {
    guarded(call, |context| {
        let conn = unsafe { (*subscriber).conn };
        let topics = match wanted(text(request)) {
            Ok(topics) => topics,
            Err(message) => return context.refuse(conn, message),
        };
        for topic in topics {
            let result = (context.host.join)(context.call, conn, bytes(topic));
            if result != abi::OK {
                return result;
            }
        }
        (context.host.accept)(context.call, conn)
    })
}

extern "C" fn unsubscribe(call: *mut Call, subscriber: *const Subscriber, _: Bytes) -> c_int {
    guarded(call, |context| {
        let conn = unsafe { (*subscriber).conn };
        match (context.host.leave)(context.call, conn, bytes("*")) {
            abi::OK => (context.host.accept)(context.call, conn),
            result => result,
        }
    })
}

extern "C" fn render(
    call: *mut Call,
    request: *const Request,
    items: *const Item,
    count: usize,
) -> c_int {
    guarded(call, |context| {
        let id = unsafe { (*request).id };
        if count == 0 {
            return context.respond(id, 404, "{\"detail\":\"there is no such counter\"}");
        }
        context.respond(id, 200, text(unsafe { (*items).json }))
    })
}

extern "C" fn save(call: *mut Call) -> c_int {
    guarded(call, |context| {
        let lines = context
            .counters()
            .iter()
            .map(|(name, value)| format!("{name} {value}\n"));
        let state: String = lines.collect();
        (context.host.keep)(context.call, bytes(&state))
    })
}

fn read_state(state: &str) -> Option<Counters> {
    let pair = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    state.lines().map(pair).collect()
}

extern "C" fn restore(call: *mut Call, state_format: u32, state: Bytes) -> c_int {
    guarded(call, |context| match read_state(text(state)) {
        Some(counters) if state_format == 1 => {
            *context.counters() = counters;
            abi::OK
        }
        _ => abi::INVALID,
    })
}

macro_rules! c_text {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
}

static ROUTES: [Route; 1] = [Route {
    path: c_text!("/api/v1/counters/{name}"),
    parameter: c_text!("name"),
    topics: abi::TOPICS_PATH,
    source: abi::SOURCE_LATEST,
    flags: 0,
    limit: 0,
    limit_max: 0,
    reserved: 0,
}];

#[no_mangle]
#[allow(non_upper_case_globals)]
pub static sentio_plugin: Plugin = Plugin {
    magic: abi::MAGIC,
    major: abi::MAJOR,
    minor: abi::MINOR_NEEDED,
    size: std::mem::size_of::<Plugin>() as u32,
    state_format: 1,
    name: c_text!("counters"),
    version: c_text!("1.0.0"),
    channel_size: std::mem::size_of::<Channel>() as u64,
    r#type: c_text!("counter"),
    snapshot_type: null(),
    shape: abi::SHAPE_OBJECT,
    flags: abi::FLAG_STATES,
    attributes: null(),
    filters: null(),
    routes: ROUTES.as_ptr(),
    attribute_count: 0,
    filter_count: 0,
    route_count: ROUTES.len() as u32,
    reserved: 0,
    open: Some(open),
    close: Some(close),
    publish: Some(publish),
    subscribe: Some(subscribe),
    unsubscribe: Some(unsubscribe),
    message: None,
    left: None,
    render: Some(render),
    observe: None,
    woken: None,
    ready: None,
    save: Some(save),
    restore: Some(restore),
};
