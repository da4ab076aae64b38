import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['ocrsync-source'] },
  ssr: { resolve: { conditions: ['ocrsync-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fresh-command.ts'],
    pool: 'forks',
    // Tests wait for other processes most of the time.
    maxWorkers: '100%',
    testTimeout: 30_000,
  },
});
