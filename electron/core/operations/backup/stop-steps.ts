import type { ServiceKind } from '../../../../shared/model/service.ts'
import type { Step, StepContext } from '../../procedure/step.ts'
import { startTogether, stopTogether } from '../../servers/together.ts'
import { inRound } from './archive-steps.ts'
import type { BackupWork, Member } from './work.ts'

/** Manual 15.2.3 (1) step 6, (3) step 6: 他サーバ, then サーバ, of one server. */
export function stopServerStep({ downtime }: Member): Step {
  return {
    id: 'stop-server',
    cancellable: true,
    run: (context) => downtime.stop(['dependent', 'server'], context),
    undo: (context) => downtime.start(['server', 'dependent'], context),
  }
}

/** アドレスサービス,Object Serverを順に停止します, of one server. */
export function stopDirectoryStep({ downtime }: Member): Step {
  return {
    id: 'stop-directory',
    cancellable: true,
    run: (context) => downtime.stop(['address-service', 'object-server'], context),
    undo: (context) => downtime.start(['object-server', 'address-service'], context),
  }
}

/**
 * Manual 15.2.3 (4) steps 1 and 2 (and (2) steps 1 and 2, where the master is the only one): the dependents, the master's own
 * first; then every server's server together; then their address services together.
 */
export function stopTogetherSteps({ stopped, lock }: BackupWork): readonly Step[] {
  const upAgain = (kinds: readonly ServiceKind[]) => (context: StepContext) => startTogether(stopped, kinds, context)
  return [
    {
      id: 'stop-server',
      cancellable: true,
      async run(context) {
        // Broken since it was taken, it keeps nobody from registering or logging on: nothing is stopped then.
        await lock.confirm()
        const dependents: string[] = []
        for (const one of stopped) dependents.push(...(await stopTogether([one], 'dependent', context)))
        return { services: [...dependents, ...(await stopTogether(stopped, 'server', context))].join(', ') }
      },
      undo: upAgain(['server', 'dependent']),
    },
    {
      id: 'stop-address-service',
      cancellable: true,
      async run(context) {
        await lock.confirm()
        lock.suspend()
        return { services: (await stopTogether(stopped, 'address-service', context)).join(', ') }
      },
      undo: upAgain(['address-service']),
    },
  ]
}

/** バックアップサーバのObject Serverを停止します. */
export function stopObjectServerStep(work: BackupWork, member: Member): Step {
  return {
    id: work.nameOf('stop-object-server', member),
    cancellable: true,
    ...inRound(work, member),
    run: (context) => member.downtime.stop(['object-server'], context),
    undo: (context) => member.downtime.start(['object-server'], context),
  }
}
