// Where the host's memory begins, and which contract this build speaks.

const ABI_VERSION: i32 = 1;

export function abi_version(): i32 {
  return ABI_VERSION;
}

/** First byte above the module's statics; the host allocates from here. */
export function heap_base(): usize {
  return __heap_base;
}
