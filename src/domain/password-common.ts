/**
 * What guessers put passwords together from: the most frequent words of leaked lists in English, Spanish and Portuguese, and phrases
 * long enough to pass for a passphrase that everybody knows. Folded: lower case, no accents, no spaces. Written by hand, a few hundred entries;
 * `checkPassword` combines them, which covers the long forms ("Password123456789", "contraseña-contraseña").
 */
const words = `
password passwords passwort motdepasse contrasena contrasenia contrasenya clave claves senha senhas palavrapasse secreto secreta secret
secrets segredo admin administrador administrator administracion root sysadmin superuser usuario usuarios user users utilizador guest
invitado convidado login logon signin acceso acesso welcome bienvenido bienvenida bienvenidos bemvindo hello hola hallo letmein
dejameentrar deixameentrar openup opensesame abretesesamo changeme cambiame cambiala temporal temporary temp default prueba pruebas test
testing tester teste testes demo example ejemplo exemplo sample nothing nada ninguno nenhum company empresa office oficina escritorio
trabajo trabalho work server servidor computer ordenador computador internet network windows linux android apple google facebook instagram
whatsapp youtube twitter microsoft samsung iphone iloveyou loveyou lovely love lover teamo tequiero teamomucho amor amores amormio miamor
meuamor amote teadoro corazon coracao besos beijos carino querida querido princesa princesas princess prince principe reina rainha king
queen bebe baby babygirl angel angels angelito diablo devil dios deus jesus jesucristo cristo maria virgen jehova jesuscristo family
familia mama papa mami papi mother father madre padre hijo hija filho filha hermano hermana friend friends amigo amigos amiga amigas
forever siempre sempre monkey dragon tiger tigre lion leon leao eagle aguila horse caballo gato gatito perro perrito cachorro puppy kitty
bird dolphin butterfly mariposa borboleta shadow master mustang superman batman spiderman starwars pokemon naruto matrix hunter killer
ranger soccer football futbol futebol fulbol baseball basketball hockey tennis tenis golf barcelona realmadrid madrid atletico bocajuniors
boca river riverplate chivas america alianza universitario millonarios nacional junior colombia peru ecuador bolivia chile argentina
uruguay paraguay venezuela mexico espana brasil brazil portugal lisboa lima bogota quito cuzco cusco corinthians flamengo palmeiras santos
gremio benfica sporting porto liverpool arsenal chelsea manchester summer winter spring autumn verano invierno primavera otono verao
inverno outono january february march april june july august september october november december enero febrero marzo abril mayo junio
julio agosto septiembre octubre noviembre diciembre janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro monday
tuesday wednesday thursday friday saturday sunday lunes martes miercoles jueves viernes sabado domingo segunda terca quarta quinta sexta
sunshine luna moon star stars estrella estrellas estrela flower flowers flor flores rainbow arcoiris freedom libertad liberdade peace
happy feliz felicidad felicidade lucky suerte sorte money dinero dinheiro silver plata prata golden gold ouro diamond diamante chocolate
cookie banana orange cheese pepper ginger coffee cafe computerscience whatever trustno access michael jennifer jordan thomas robert daniel
andrew joshua matthew charlie george jessica ashley amanda nicole michelle hannah samantha carlos alejandro alejandra andrea gabriel
gabriela fernando fernanda santiago sebastian roberto ricardo francisco antonio javier miguel rafael patricia claudia veronica carolina
mariana valentina camila sofia isabella juan jose pedro pablo luis jorge diego david manuel joao paulo lucas mateus bruno felipe rodrigo
guilherme gustavo leonardo vanessa juliana leticia larissa beatriz qwerty qwertz azerty asdf asdfgh zxcvbn qazwsx qweasd qweasdzxc
qazwsxedc zaqwsx poiuyt lkjhgf mnbvcx abcd abcdef aeiou abcabc engineer engineering ingeniero ingeniera ingenieria engenheiro engenharia
structure structures estructura estructuras estrutura estruturas aldaba portal license licencia licencias licenca licencas software
programa programas please porfavor porfa gracias obrigado thankyou yesyes minha
`;

const phrases = [
  'correct horse battery staple',
  'correcto caballo bateria grapa',
  'the quick brown fox jumps over the lazy dog',
  'the quick brown fox',
  'to be or not to be',
  'to be or not to be that is the question',
  'ser o no ser',
  'ser o no ser esa es la cuestion',
  'ser ou nao ser',
  'ser ou nao ser eis a questao',
  'en un lugar de la mancha',
  'en un lugar de la mancha de cuyo nombre no quiero acordarme',
  'padre nuestro que estas en el cielo',
  'padre nuestro que estas en los cielos',
  'pai nosso que estais no ceu',
  'dios te salve maria',
  'ave maria cheia de graca',
  'may the force be with you',
  'que la fuerza te acompane',
  'que a forca esteja com voce',
  'open sesame',
  'this is my password',
  'this is a password',
  'this is a very long password',
  'esta es mi contrasena',
  'esta es mi clave',
  'esta e a minha senha',
  'no tengo contrasena',
  'no me acuerdo',
  'no se me olvida',
  'se me olvido',
  'olvide mi contrasena',
  'esqueci a minha senha',
  'i forgot my password',
  'i love you forever',
  'te amo para siempre',
  'te quiero mucho',
  'eu te amo para sempre',
  'i hate passwords',
  'odio las contrasenas',
  'four words all uppercase',
  'mas vale tarde que nunca',
  'hasta la vista baby',
  'viva la vida',
  'feliz navidad',
  'feliz cumpleanos',
  'happy birthday to you',
  'let me in please',
  'somos los mejores',
  'in the beginning god created',
  'lorem ipsum dolor sit amet',
  'el veloz murcielago hindu comia feliz cardillo y kiwi',
  'llama de fuego',
  'winter is coming',
];

/** Folded words of four letters and more (shorter ones are part of too many honest words), and phrases. */
export const commonTokens: ReadonlySet<string> = new Set([
  ...words.split(/\s+/).filter((word) => word !== ''),
  ...phrases.map((phrase) => phrase.replaceAll(' ', '')),
]);
