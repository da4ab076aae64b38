// Takes the block sums as they come over the wire (sum1, then the first bytes of the digest; docs/protocol/04-transfer.md
// section 4.1) apart into the arrays that the table is built from.

/** Copies `count` records of 4 + `digestLength` bytes at `from`. The host has checked that arrays and records are that long. */
export function delta_take_sums(
  from: usize,
  count: u32,
  digestLength: u32,
  sum1: usize,
  digests: usize,
  stride: u32,
): void {
  for (let block: u32 = 0; block < count; block++) {
    store<u32>(sum1, load<u32>(from));
    from += 4;
    for (let i: usize = 0; i < digestLength; i++) store<u8>(digests + i, load<u8>(from + i));
    from += digestLength;
    sum1 += 4;
    digests += stride;
  }
}
