import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { coverInherited } from './inherited-files.ts'

describe.runIf(process.platform === 'linux')('files that a service would inherit', () => {
  it('are covered, and only those', async () => {
    const nothing = openSync('/dev/null', 'r+')
    // A process that was itself given a file at 7, as Electron leaves them, and that starts another one.
    const leaky = openSync('/proc/self/status', 'r')
    try {
      const list = 'ls -l /proc/self/fd'
      const stdio = ['ignore', 'pipe', 'inherit', 'ignore', 'ignore', 'ignore', 'ignore', leaky] as const
      const { stdout } = spawnSync('sh', ['-c', list], { stdio: [...stdio], encoding: 'utf8' })
      expect(stdout).toMatch(/ 7 -> .*status/)
      const covered = coverInherited(nothing)
      expect(covered.every((each) => each === 'ignore' || each === nothing)).toBe(true)
      const child = spawn('sh', ['-c', list], { stdio: ['ignore', 'pipe', 'inherit', ...covered] })
      let text = ''
      child.stdout?.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      await new Promise((resolve) => child.once('close', resolve))
      const inherited = [...text.matchAll(/ (\d+) -> (.*)/g)].filter(([, fd]) => Number(fd) > 2)
      // `ls` itself reads the folder; everything else leads nowhere.
      expect(inherited.filter(([, , to]) => !/\/dev\/null|\/proc\/\d+\/fd/.test(to ?? ''))).toEqual([])
    } finally {
      closeSync(leaky)
      closeSync(nothing)
    }
  })
})
