import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{electron,renderer,shared}/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
    // Tests start real processes and write real files on a machine that does other work too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
