import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { filesystemKit } from './filesystem-kit.ts';

filesystemKit('node:fs with the native helper, where it is built', () => new LocalNodeFilesystem());
filesystemKit('node:fs alone', () => new LocalNodeFilesystem(null));
