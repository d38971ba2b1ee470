// Whose colours are whose; of several people, the one that is followed is chosen here.
function makeLegend(host, data, onChoice) {
  if (data.people.length === 0) host.hidden = true;
  const unseen = document.createElement("li");
  unseen.className = "words";
  unseen.textContent = "pale: filled in · thin: guessed";
  if (data.people.some((person) => person.jointStatus.some((status) => status > 0))) host.append(unseen);
  if (data.people.length < 2) return { show: () => {} };
  const buttons = data.people.map((person) => makeButton(person, onChoice));
  const people = document.createElement("li");
  people.append(...buttons);
  const sides = document.createElement("li");
  sides.textContent = "left lighter, right darker";
  host.replaceChildren(people, sides, ...(unseen.isConnected ? [unseen] : []));

  function show(chosen) {
    buttons.forEach((button, number) => button.setAttribute("aria-pressed", data.people[number] === chosen));
  }

  return { show };
}

function makeButton(person, onChoice) {
  const button = document.createElement("button");
  button.textContent = person.id;
  button.setAttribute("aria-label", `person ${person.id}`);
  for (const side of ["left", "right"]) {
    button.style.setProperty(`--${side}-half`, `var(${colourName(person, side)})`);
  }
  button.addEventListener("click", () => onChoice(person));
  return button;
}
