import { parseArmor } from './armor.js';
import { encodingOf } from './file-encoding.js';
import { byId, call, explain, fill, isBusy, pageData, setBusy, show } from './page.js';

const { texts, problems, receiptProblems } = pageData();
/** A request file has about two thousand characters. */
const largestFile = 131_072;

const form = byId('request-form');
const text = byId('request');
const picker = byId('file');
const drop = byId('drop');
const chosen = byId('chosen');
const refusal = byId('refusal');
const send = byId('send');
let address;

/** What the field holds calls itself; a text that says nothing is taken for a request. */
function isReceipt() {
  const armored = parseArmor(text.value);
  return armored.ok && armored.value.kind === 'return-receipt';
}

function refuse(code, data) {
  text.setAttribute('aria-invalid', String(code !== null));
  const known = isReceipt() ? { ...problems, ...receiptProblems } : problems;
  explain(refusal, code === null ? undefined : (known[code] ?? problems.internal), data);
  if (code !== null) text.focus();
}

/** Called whenever the field holds something else. */
function changed() {
  refuse(null);
  send.textContent = isReceipt() ? texts.sendReceipt : texts.send;
}

async function read(file) {
  // So that the same file is read again after it was mended.
  picker.value = '';
  if (file === undefined) return;
  refuse(null);
  if (file.size > largestFile) return refuse('request-file-invalid');
  const bytes = new Uint8Array(await file.arrayBuffer());
  text.value = new TextDecoder(encodingOf(bytes)).decode(bytes);
  changed();
  chosen.textContent = fill(texts.chosen, { name: file.name });
}

byId('pick').addEventListener('click', () => picker.click());
picker.addEventListener('change', () => void read(picker.files[0]));
text.addEventListener('input', changed);
for (const [event, over] of [
  ['dragenter', true],
  ['dragover', true],
  ['dragleave', false],
  ['drop', false],
])
  drop.addEventListener(event, (happened) => {
    happened.preventDefault();
    drop.toggleAttribute('data-over', over);
    if (happened.type === 'drop') void read(happened.dataTransfer.files[0]);
  });

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (isBusy(send)) return;
  const armored = parseArmor(text.value);
  if (!armored.ok || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(armored.value.jws))
    return refuse('request-file-invalid');
  const { jws } = armored.value;
  const returned = isReceipt();
  setBusy(send, true);
  const answer = returned
    ? await call('v1/activations/end', { receipt: jws })
    : await call('v1/activations/offline', { request: jws });
  setBusy(send, false);
  if (!answer.ok)
    return refuse(answer.code === 'invalid-input' ? 'request-file-invalid' : answer.code, answer.data);
  if (returned) return show('returned');
  const { activation, productName, file, fileName } = answer.body;
  if (address !== undefined) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([file], { type: 'text/plain' }));
  const download = byId('download');
  download.href = address;
  download.download = fileName;
  byId('device').textContent = activation.deviceName;
  byId('product').textContent = productName;
  byId('file-name').textContent = fileName;
  byId('expires').textContent =
    activation.expiresAt === null
      ? texts.perpetual
      : new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long' }).format(
          new Date(activation.expiresAt),
        );
  show('done');
});

for (const id of ['another', 'more'])
  byId(id).addEventListener('click', () => {
    form.reset();
    changed();
    chosen.textContent = texts.none;
    show('form');
  });
