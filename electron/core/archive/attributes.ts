import type { Acl, Member, Xattr } from './member.ts'
import { aclToText } from './posix-acl.ts'
import type { Subject, SystemCalls } from './system-calls.ts'

const ACCESS = 'system.posix_acl_access'
const DEFAULT = 'system.posix_acl_default'

/**
 * The extended attributes and ACLs of a source, as a member holds them. Kept is what belongs to the file: `user.*`,
 * `trusted.*` (root alone sees them), `security.*` and the POSIX ACLs; not `security.selinux`, which a machine's policy
 * gives to a file, nor what a file system makes up under `system.*` (own decision). Throws as Node's calls do.
 */
export function attributesOf(calls: SystemCalls, subject: Subject): Pick<Member, 'xattrs' | 'acl'> {
  const names = calls.listXattrs(subject)
  if (names.length === 0) return {}
  const xattrs: Xattr[] = []
  const acl: { access: Acl['access']; default: Acl['default'] } = { access: null, default: null }
  for (const name of names) {
    const text = name.toString('latin1')
    if (text === ACCESS) acl.access = aclToText(calls.getXattr(subject, name))
    else if (text === DEFAULT) acl.default = aclToText(calls.getXattr(subject, name))
    else if (/^(user|trusted|security)\./.test(text) && text !== 'security.selinux')
      xattrs.push({ name, value: calls.getXattr(subject, name) })
  }
  return {
    ...(xattrs.length === 0 ? {} : { xattrs }),
    ...(acl.access === null && acl.default === null ? {} : { acl }),
  }
}
