// Counted quantifiers inside repeated groups: the rest of a count is taken anew.
const show = (pattern, text) => print(String(pattern), JSON.stringify(pattern.exec(text)));
show(/(?:a{0}b)+c/, 'bbc');
show(/(?:a{0,1}){2}b/, 'aab');
show(/(?:a{0,2}b){1,3}/, 'aabababab');
show(/(?:(?:a?){0,3}b)*$/, 'aabaaab');
show(/a{2,2}a{0,0}b/, 'aab');
show(/(?:x{1,1}?y){2}/, 'xyxy');
