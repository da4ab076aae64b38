// A screen for the text renderer that keeps what is written.
import type { TextHost } from '@ocrsync/node/report/text-renderer';

export class CaughtOutput implements TextHost {
  readonly charset = 'utf-8';
  readonly processId = 1;
  stdout = '';
  stderr = '';

  write(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text;
  }

  nowSeconds(): number {
    return 0;
  }
}
