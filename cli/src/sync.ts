// The library call of the package `ocrsync`: the same as that of `@ocrsync/node` (docs/embedding.md).
export { sync, SyncError } from '@ocrsync/node/api/sync';
export type * from '@ocrsync/node/api/sync';
