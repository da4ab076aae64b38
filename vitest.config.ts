import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['ocrsync-source'] },
  ssr: { resolve: { conditions: ['ocrsync-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fresh-command.ts'],
    pool: 'forks',
    testTimeout: 30_000,
  },
});
