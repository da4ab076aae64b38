// Where a sender's literals go: the part of a WireWriter that they need.
export interface LiteralSink {
  varint(value: number): void;
  byte(value: number): void;
  bytes(bytes: Uint8Array): void;
  latin1(text: string): void;
}
