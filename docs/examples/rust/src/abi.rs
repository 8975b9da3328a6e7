// SPDX-License-Identifier: MIT
//! <sentio/plugin.h> of ABI 1.0 in Rust: the same structs, in the same order, and the numbers that a
//! plugin needs. A callback that is left out is `None`, which is C's NULL.

use std::ffi::c_void;
use std::mem::size_of;
use std::os::raw::{c_char, c_int};

pub const MAGIC: u32 = 0x5345_4e54;
pub const MAJOR: u16 = 1;
/// The oldest minor that the plugin can do with.
pub const MINOR_NEEDED: u16 = 0;

pub const OK: c_int = 0;
pub const INVALID: c_int = -1;
pub const FAILED: c_int = -5;

pub const SHAPE_OBJECT: u32 = 1;
pub const FLAG_STATES: u32 = 1;
pub const TOPICS_PATH: u32 = 1;
pub const SOURCE_LATEST: u32 = 0;
pub const LEVEL_ERROR: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    pub data: *const u8,
    pub size: usize,
}

#[repr(C)]
pub struct Call {
    pub host: *const Host,
    pub channel: *mut c_void,
    pub now: i64,
    pub context: *mut c_void,
}

#[repr(C)]
pub struct Attribute {
    pub name: *const c_char,
    pub r#type: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Filter {
    pub field: *const c_char,
    pub attribute: u32,
    pub predicate: u32,
}

#[repr(C)]
pub struct Route {
    pub path: *const c_char,
    pub parameter: *const c_char,
    pub topics: u32,
    pub source: u32,
    pub flags: u32,
    pub limit: u32,
    pub limit_max: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Value {
    pub r#type: u32,
    pub reserved: u32,
    pub number: f64,
    pub text: Bytes,
}

#[repr(C)]
pub struct Item {
    pub topic: Bytes,
    pub key: Bytes,
    pub r#type: Bytes,
    pub json: Bytes,
    pub attributes: *const Value,
    pub attribute_count: usize,
    pub flags: u32,
    pub reserved: u32,
    pub offset: u64,
    pub time: i64,
}

#[repr(C)]
pub struct Identity {
    pub user: Bytes,
    pub roles: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Subscriber {
    pub conn: u64,
    pub who: Identity,
    pub all: u32,
    pub subscribed: u32,
    pub topics: u64,
}

#[repr(C)]
pub struct Update {
    pub origin: u32,
    pub reserved: u32,
    pub name: Bytes,
}

#[repr(C)]
pub struct Request {
    pub id: u64,
    pub route: *const Route,
    pub who: Identity,
    pub path: Bytes,
    pub query: Bytes,
    pub epoch: Bytes,
    pub offset: u64,
}

#[repr(C)]
pub struct Host {
    pub size: u32,
    pub major: u16,
    pub minor: u16,
    pub emit: extern "C" fn(*mut Call, *const Item) -> c_int,
    pub reject: extern "C" fn(*mut Call, i32, Bytes, Bytes) -> c_int,
    pub join: extern "C" fn(*mut Call, u64, Bytes) -> c_int,
    pub leave: extern "C" fn(*mut Call, u64, Bytes) -> c_int,
    pub accept: extern "C" fn(*mut Call, u64) -> c_int,
    pub refuse: extern "C" fn(*mut Call, u64, u32, Bytes, Bytes) -> c_int,
    pub send: extern "C" fn(*mut Call, u64, Bytes, Bytes) -> c_int,
    pub close: extern "C" fn(*mut Call, u64, u32, Bytes) -> c_int,
    pub respond: extern "C" fn(*mut Call, u64, u32, Bytes, Bytes) -> c_int,
    pub forward: extern "C" fn(*mut Call, Bytes, Bytes) -> c_int,
    pub log: extern "C" fn(*mut Call, u32, Bytes) -> c_int,
    pub count: extern "C" fn(*mut Call, Bytes, u64) -> c_int,
    pub wake: extern "C" fn(*mut Call, u64) -> c_int,
    pub watch: extern "C" fn(*mut Call, i32, u32) -> c_int,
    pub keep: extern "C" fn(*mut Call, Bytes) -> c_int,
}

#[repr(C)]
pub struct Plugin {
    pub magic: u32,
    pub major: u16,
    pub minor: u16,
    pub size: u32,
    pub state_format: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub channel_size: u64,
    pub r#type: *const c_char,
    pub snapshot_type: *const c_char,
    pub shape: u32,
    pub flags: u32,
    pub attributes: *const Attribute,
    pub filters: *const Filter,
    pub routes: *const Route,
    pub attribute_count: u32,
    pub filter_count: u32,
    pub route_count: u32,
    pub reserved: u32,
    pub open: Option<extern "C" fn(*mut Call, Bytes, u64) -> c_int>,
    pub close: Option<extern "C" fn(*mut Call) -> c_int>,
    pub publish: Option<extern "C" fn(*mut Call, *const Update, Bytes) -> c_int>,
    pub subscribe: Option<extern "C" fn(*mut Call, *const Subscriber, Bytes) -> c_int>,
    pub unsubscribe: Option<extern "C" fn(*mut Call, *const Subscriber, Bytes) -> c_int>,
    pub message: Option<extern "C" fn(*mut Call, *const Subscriber, Bytes, Bytes) -> c_int>,
    pub left: Option<extern "C" fn(*mut Call, u64) -> c_int>,
    pub render: Option<extern "C" fn(*mut Call, *const Request, *const Item, usize) -> c_int>,
    pub observe: Option<extern "C" fn(*mut Call, Bytes, *const Item, usize) -> c_int>,
    pub woken: Option<extern "C" fn(*mut Call) -> c_int>,
    pub ready: Option<extern "C" fn(*mut Call, i32) -> c_int>,
    pub save: Option<extern "C" fn(*mut Call) -> c_int>,
    pub restore: Option<extern "C" fn(*mut Call, u32, Bytes) -> c_int>,
}

// The tables are read only, and so is what their pointers lead to.
unsafe impl Sync for Route {}
unsafe impl Sync for Plugin {}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(
    size_of::<Bytes>() == 16
        && size_of::<Call>() == 32
        && size_of::<Route>() == 40
        && size_of::<Item>() == 104
        && size_of::<Subscriber>() == 48
        && size_of::<Request>() == 96
        && size_of::<Host>() == 128
        && size_of::<Plugin>() == 208
);
