/** The one door to zod: jitless, because zod's probe for `eval` would break the renderer's strict CSP. */
import { z } from 'zod'

z.config({ jitless: true })

export { z }
