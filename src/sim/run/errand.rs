//! What a request is to do at a cache.

/// What a caller wants of a cache; whoever calls one says it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Errand {
    /// The value of the address, if it is there.
    #[default]
    LookUp,
    /// To keep a value that the caller has fetched.
    Fill,
    /// To forget the value, which has changed.
    Drop,
    /// To take a write.
    Write,
    /// To know that the value which the caller went to fetch will not come.
    GiveUp,
}
