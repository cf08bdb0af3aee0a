import { assertNever } from '../../../../shared/model/assert-never.ts'
import { fail } from '../../../../shared/model/problem.ts'
import { masterJournal } from '../../../formats/journal-folder.ts'
import type { RunBook, Step } from '../../procedure/step.ts'
import { nxbackupStep, sealStep, verifyStep } from './archive-steps.ts'
import { discardStep } from './discard-step.ts'
import { checkConsoleStep, endConsoleStep, journalSteps } from './lock-steps.ts'
import { awaitReplicationStep, checkReplicationStep } from './replication-steps.ts'
import { secondCopySteps } from './second-copy-step.ts'
import { settlementOf } from './settlement.ts'
import { startStep } from './start-steps.ts'
import { stopDirectoryStep, stopObjectServerStep, stopServerStep, stopTogetherSteps } from './stop-steps.ts'
import type { BackupWork, Member } from './work.ts'

/** The run-book of a backup: the manual's steps in the manual's order, then this product's. */
export function backupRunBook(work: BackupWork): RunBook {
  return { steps: stepsOf(work), settlement: settlementOf(work) }
}

function stepsOf(work: BackupWork): readonly Step[] {
  switch (work.request.runbook) {
    case 'master-backup':
      return masterSteps(work, only(work))
    case 'server-backup':
      return serverSteps(work, only(work))
    case 'unattended-backup':
      return unattendedSteps(work)
    default:
      return assertNever(work.request.runbook)
  }
}

/** Case (1); without `MNG_JOURNAL` its steps 1 to 4 fall away, as the manual says. */
function masterSteps(work: BackupWork, member: Member): readonly Step[] {
  return [
    ...(masterJournal(member.server) ? journalSteps(work, member) : []),
    endConsoleStep(work),
    stopServerStep(member),
    stopDirectoryStep(member),
    nxbackupStep(work, member),
    ...verifyAndStart(work),
    ...secondCopySteps(work),
    discardStep(work),
  ]
}

/** Case (3): the console ends after the server stops, and the domain goes on working meanwhile. */
function serverSteps(work: BackupWork, member: Member): readonly Step[] {
  return [
    checkReplicationStep(work),
    ...journalSteps(work, member),
    stopServerStep(member),
    endConsoleStep(work),
    stopDirectoryStep(member),
    nxbackupStep(work, member),
    ...verifyAndStart(work),
    awaitReplicationStep(work),
    ...secondCopySteps(work),
    discardStep(work),
  ]
}

/**
 * Cases (2) and (4), and rounds: the master's address service is down from the first stop to the last archive, so that all
 * archives are of one cut; those of the others are taken at the same time, the master's last.
 */
function unattendedSteps(work: BackupWork): readonly Step[] {
  const others = work.members.filter(({ server }) => server !== work.master)
  const master = work.members.filter(({ server }) => server === work.master)
  return [
    checkConsoleStep(work),
    checkReplicationStep(work),
    ...stopTogetherSteps(work),
    ...beside(others.map((member) => stopObjectServerStep(work, member))),
    ...beside(others.map((member) => nxbackupStep(work, member))),
    ...master.map((member) => stopObjectServerStep(work, member)),
    ...master.map((member) => nxbackupStep(work, member)),
    ...work.members.map((member) => sealStep(work, member)),
    ...verifyAndStart(work),
    ...secondCopySteps(work),
    discardStep(work),
  ]
}

/** Either order, by the domain file's policy. */
function verifyAndStart(work: BackupWork): readonly Step[] {
  const verify = beside(work.members.map((member) => verifyStep(work, member)))
  const start = startStep(work)
  return work.engine.domain.policies.verify === 'before-start' ? [...verify, start] : [start, ...verify]
}

function beside(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, index) => (index === 0 ? step : { ...step, beside: true }))
}

/** Cases (1) and (3) are about one server. */
function only(work: BackupWork): Member {
  const [member] = work.members
  if (!member || work.members.length > 1) throw fail('one-server-only', { runbook: work.request.runbook })
  return member
}
