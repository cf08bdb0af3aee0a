import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Position } from '../../../../shared/model/position.ts'
import { connectDirectory } from '../../../adapters/directory/connect.ts'
import { loadDomain } from '../../../formats/domain-file.ts'
import { serviceSocket } from '../../../formats/layout.ts'
import { openShell } from '../shell.ts'
import { type Commands, openCommands } from './commands.ts'
import { changeName } from './model.ts'
import { hosts } from './operations.ts'
import { killServices, type MadeArchive, madeArchives } from './world.ts'

/** A domain that stands still, with an older and a newer round of backups, to be copied for each history. */
type Template = {
  readonly folder: string
  /** Who was there from the beginning, and what was registered since. */
  readonly users: ReadonlyMap<string, string>
  readonly told: readonly { readonly id: string; readonly name: string; readonly position: Position }[]
  readonly archives: readonly MadeArchive[]
}

/** Where histories are lived, one after the other, at the same paths: those stand in every file of a domain. */
export type Stage = {
  readonly root: string
  readonly config: string
  readonly commands: Commands
  /** Whether the domains lie on a small disk of their own. */
  readonly ownDisk: boolean
  /** Puts a new domain there; everything of the one before is gone. */
  set(journal: boolean): Promise<Omit<Template, 'folder'> & { readonly rounds: readonly string[] }>
  remove(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const shell = await openShell({ root: 'disk/sample' })
  const { base, root, config } = shell
  const disk = dirname(root)
  mkdirSync(disk)
  const ownDisk = mountOwnDisk(disk)
  const commands = openCommands(shell.cli, config, base)
  const templates = new Map<boolean, Template>()
  const rounds = ['round-0', 'round-1'].map((name) => join(shell.backups, name))

  const run = async (...words: string[]) => {
    const ended = await commands.run(words)
    if (ended.code !== 0) throw new Error(`${words.join(' ')}: ${ended.code} ${ended.stderr}`)
    return ended
  }

  const make = async (journal: boolean): Promise<Template> => {
    await shell.init(...(journal ? [] : ['--no-master-journal']))
    writeFileSync(config, lean(readFileSync(config, 'utf8')))
    await run('domain', 'start')
    const master = connectDirectory({
      socket: serviceSocket(loadDomain(config), 'hq-mas', 'address-service'),
      host: 'hq-mas',
    })
    const archives: MadeArchive[] = []
    const told: Template['told'][number][] = []
    const { rows } = await master.names.search({ kind: 'user', limit: 5000 })
    for (const round of rounds) {
      for (const name of ['一', '二', '三']) {
        const { entity, position } = await master.names.register({ kind: 'user', name: `見本 ${name}` }, 'setup')
        told.push({ id: entity.id, name: entity.name, position })
      }
      mkdirSync(round)
      const made = await run('backup', '--all', '--to', `${round}/`, '--wait', '60', '--yes')
      archives.push(
        ...madeArchives(
          made,
          told.map(({ position }) => changeName(position)),
        ),
      )
    }
    master.close()
    await run('domain', 'stop', '--yes')
    const folder = join(base, journal ? 'with-journal' : 'without-journal')
    execFileSync('cp', ['-a', root, folder])
    return {
      folder,
      users: new Map(rows.map(({ id, name }) => [id, name])),
      told,
      archives,
    }
  }

  const clear = async () => {
    await killServices(config, hosts)
    rmSync(root, { recursive: true, force: true })
  }

  return {
    root,
    config,
    commands,
    ownDisk,
    set: async (journal) => {
      await clear()
      const known = templates.get(journal)
      const template = known ?? (await make(journal))
      templates.set(journal, template)
      if (known !== undefined) execFileSync('cp', ['-a', template.folder, root])
      return { users: template.users, told: template.told, archives: template.archives, rounds }
    },
    remove: async () => {
      commands.close()
      await clear()
      if (ownDisk) execFileSync('umount', ['-l', disk])
      await shell.remove()
    },
  }
}

/** A small disk, where this account may mount one. */
function mountOwnDisk(folder: string): boolean {
  if (process.getuid?.() !== 0) return false
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', folder]).status === 0
}

/** Without mail servers and schedulers: they hold no registration, and each start costs a process. */
function lean(text: string): string {
  return text.replaceAll(', mail]', ']').replace(/ {6}- id: (?:server|scheduler)\n(?: {8}.*\n)*/g, '')
}
