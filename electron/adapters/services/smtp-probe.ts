import { connect } from 'node:net'

const commands = ['EHLO localhost', 'MAIL FROM:<>', 'RCPT TO:<untenseki-probe@localhost>', 'QUIT'] as const

/**
 * Asks the server on `port` of loopback about one recipient without sending a mail. Resolves with its reply code, 250 or 550.
 * Throws when it answers anything else, or not within the time.
 */
export function askRecipient(port: number, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const timer = setTimeout(() => socket.destroy(new Error('no SMTP reply in time')), timeoutMs)
    let received = ''
    let step = 0
    let recipient = 0
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      if (recipient === 250 || recipient === 550) resolve(recipient)
      else reject(new Error(`SMTP reply ${recipient || 'missing'} to a recipient`))
    })
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      for (let reply = /^(?:\d{3}-.*\r\n)*(\d{3})(?: .*)?\r\n/.exec(received); reply !== null; reply = null) {
        received = received.slice(reply[0].length)
        if (step === commands.indexOf('QUIT')) recipient = Number(reply[1])
        const command = commands[step]
        step += 1
        if (command === undefined) socket.end()
        else socket.write(`${command}\r\n`)
      }
    })
  })
}
