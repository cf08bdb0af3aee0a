import stringWidth from 'string-width'
import type { Report, ReportTable } from './run-report.ts'

/** As plain text, columns lined up for a fixed-width font in which a Japanese character takes two places. */
export function reportText({ title, tables }: Report): string {
  return `${[title, '='.repeat(stringWidth(title)), ...tables.flatMap((table) => ['', ...tableText(table)])].join('\n')}\n`
}

function tableText({ title, columns, rows }: ReportTable): readonly string[] {
  const lines = [...(columns ? [columns] : []), ...rows].map((row) => row.map(flat))
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => stringWidth(line[at] ?? ''))))
  const drawn = lines.map((line) =>
    line
      .map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(cell))))
      .join('  ')
      .trimEnd(),
  )
  return [title, '-'.repeat(stringWidth(title)), ...drawn]
}

/** As one HTML page that needs nothing else and prints on A4; it loads nothing and runs nothing. */
export function reportPage({ language, title, tables }: Report): string {
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(title)}</title>
<style>
@page { size: A4; margin: 15mm; }
body { font-family: "Noto Sans CJK JP", "Hiragino Sans", "MS PGothic", sans-serif; font-size: 10pt; margin: 2em auto; max-width: 60em; }
h1 { font-size: 14pt; } h2 { font-size: 11pt; break-after: avoid; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #777; padding: 2px 6px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #e8e8e8; font-weight: normal; } tr { break-inside: avoid; } thead { display: table-header-group; }
@media print { body { margin: 0; max-width: none; } }
</style>
</head>
<body>
<h1>${html(title)}</h1>
${tables.map(tablePage).join('\n')}
</body>
</html>
`
}

function tablePage({ title, columns, rows }: ReportTable): string {
  const head = columns
    ? `<thead><tr>${columns.map((name) => `<th scope="col">${html(name)}</th>`).join('')}</tr></thead>`
    : ''
  const row = ([first = '', ...rest]: readonly string[]) => {
    const name = columns ? `<td>${html(first)}</td>` : `<th scope="row">${html(first)}</th>`
    return `<tr>${name}${rest.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`
  }
  return `<h2>${html(title)}</h2>\n<table>${head}<tbody>\n${rows.map(row).join('\n')}\n</tbody></table>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** A name with a line break or an escape sequence must not draw lines of its own. */
function flat(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
