import type { Segment } from '../../../../shared/model/journal.ts'
import type { Receipt } from '../../../../shared/model/run.ts'
import { masterJournal } from '../../../formats/journal-folder.ts'
import type { Step } from '../../procedure/step.ts'
import { assertReplicated } from '../replication-gate.ts'
import { warnOfLag } from './replication-steps.ts'
import type { BackupWork, Member } from './work.ts'

/** How long what was registered just before 排他 may take to reach the server that is backed up. */
const settleMs = 30_000

/** Manual 15.2.3 (1) steps 1 to 4, (3) steps 2 to 5: 運転席, バックアップ (排他), ジャーナルクリア, 閉じる. */
export function journalSteps(work: BackupWork, member: Member): readonly Step[] {
  const { engine, lock, master } = work
  const { host } = member.server
  return [
    {
      id: 'open-console',
      cancellable: true,
      async run() {
        await work.console.open()
        return {}
      },
    },
    {
      id: 'take-lock',
      cancellable: true,
      async run(context) {
        const { since } = await lock.take()
        // Asked again now that nothing new can be registered.
        if (member.server === master) await warnOfLag(work, context)
        else await assertReplicated(engine, [host], { waitMs: settleMs, signal: context.signal })
        return { since }
      },
      undo: () => lock.release(),
      undoable: () => lock.holds(),
    },
    {
      id: 'clear-journal',
      cancellable: true,
      run: async () => sealReceipt(await engine.journals.seal(host, lock.token(), engine.owner)),
    },
    {
      id: 'release-lock',
      cancellable: true,
      async run() {
        await lock.release()
        return {}
      },
    },
  ]
}

/** 運転席を終了します. */
export function endConsoleStep(work: BackupWork): Step {
  return {
    id: 'end-console',
    cancellable: true,
    async run(context) {
      const ofMaster = work.request.runbook === 'master-backup'
      // Without the master's journal there was no 排他 under which it could have been asked.
      if (ofMaster && !masterJournal(work.master)) await warnOfLag(work, context)
      await work.console.end({ alone: work.request.runbook !== 'server-backup' })
      return {}
    },
  }
}

/**
 * 運転席を停止した状態で: 排他 is taken in one request that is refused while a console is logged on and lets none log on while it
 * lasts. Where the master's address service is proven down there is nobody to ask, and the run lock alone suffices (design §5).
 */
export function checkConsoleStep({ engine, lock, master }: BackupWork): Step {
  return {
    id: 'check-console',
    cancellable: true,
    async run({ note }) {
      if (await isDown(master.services.filter(({ kind }) => kind === 'address-service'))) {
        const ja = 'マスタ管理サーバのアドレスサービスは停止しているため,排他を開始しません'
        note({ ja, en: "the master's address service is down: no lock is taken" })
        return {}
      }
      return { since: (await lock.take({ noConsole: true })).since }
    },
    undo: () => lock.release(),
    undoable: () => lock.holds(),
  }

  async function isDown(services: readonly { readonly id: string }[]): Promise<boolean> {
    const states = await Promise.all(services.map(({ id }) => engine.driver(master.host, id).status()))
    return states.every(({ state }) => state === 'stopped')
  }
}

/** What was sealed, with the numbers of its first and last change. */
export function sealReceipt(segment: Segment | null): Receipt {
  return {
    records: segment?.records ?? 0,
    segment: segment?.id ?? null,
    firstChange: segment?.first?.number ?? null,
    lastChange: segment?.last?.number ?? null,
    timeline: segment?.last?.timeline ?? null,
  }
}
