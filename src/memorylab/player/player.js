// Made of script/ by make player.
var __defProp=Object.defineProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:!0})};function element(tag,properties={},...children){let node2=document.createElement(tag);for(let[key,value]of Object.entries(properties))key.startsWith("on")?node2.addEventListener(key.slice(2),value):key==="style"?Object.assign(node2.style,value):value!=null&&node2.setAttribute(key,value);return("tabindex"in properties||["button","input","select","summary"].includes(tag))&&node2.setAttribute("data-lm-suppress-shortcuts","true"),node2.append(...children),node2}var hasFocus=node2=>node2.contains(node2.getRootNode().activeElement),press=(name,title,text2,onclick)=>element("button",{type:"button",title,onclick,"data-action":name},text2);function drawing(tag,properties={},...children){let node2=document.createElementNS("http://www.w3.org/2000/svg",tag);for(let[key,value]of Object.entries(properties))node2.setAttribute(key,value);return node2.append(...children),node2}var SIGNS={first:"M3 3h2v10H3zM13 3v10L6 8z",back:"M11 3v10L4 8z",play:"M4 2.5v11L13.5 8z",pause:"M4 3h3v10H4zM9 3h3v10H9z",forward:"M5 3v10l7-5z",last:"M11 3h2v10h-2zM3 3v10l7-5z"};function sign(name){return drawing("svg",{viewBox:"0 0 16 16",width:16,height:16,"aria-hidden":"true"},drawing("path",{d:SIGNS[name],fill:"currentColor"}))}var brief=value=>Number.isNaN(value)?"NaN":show(Number(value.toPrecision(3))).replace("-","−"),show=value=>{if(Number.isNaN(value))return"NaN (no number)";if(Number.isInteger(value))return String(value);let size=Math.abs(value);return size>=1e-4&&size<1e5?String(Number(value.toPrecision(5))):value.toExponential(3)},spacing=(count,length,room)=>{for(let every of[1,2,4,5,8,10,16,20,32,50,64,100,128,200,256,500])if(every*length/count>=room)return every;return count};var guide_default=`/* The card in which the tour and the quiz speak. */
.mp-guide {
  display: grid;
  grid-template-columns: minmax(0, 1fr) max-content max-content;
  gap: 2px 4px;
  align-items: start;
  margin: 4px 0;
  padding: 6px 8px 8px 10px;
  border: 1px solid var(--mp-line);
  border-left: 4px solid var(--mp-mark);
  border-radius: 4px;
  background: var(--mp-field);
}
.mp-said > div {
  display: flex;
  flex-wrap: wrap;
  gap: 0 12px;
  align-items: baseline;
}
.memory-player .mp-guide h4 {
  margin: 0;
  font-size: 14px;
}
.mp-progress {
  color: var(--mp-quiet);
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
.memory-player .mp-said p {
  max-width: 46em;
  min-height: 2.9em;
  font-size: 14px;
}
.mp-guide button {
  min-width: 28px;
  min-height: 28px;
  padding: 2px 10px;
  background: var(--mp-back);
}
.mp-guide > button {
  padding: 2px;
}
.mp-guide button:disabled {
  cursor: default;
}
.mp-guide-actions {
  display: flex;
  gap: 4px;
}
.mp-guide-actions button:disabled {
  opacity: 0.5;
}
.mp-guide-body {
  grid-column: 1 / -1;
}
.mp-places,
.mp-reasons {
  display: flex;
  flex-wrap: wrap;
  gap: 3px;
  align-items: center;
  margin-top: 4px;
}
.mp-places {
  max-height: 130px;
  padding: 2px;
  margin: 2px -2px 0;
  overflow-y: auto;
}
.mp-reasons {
  gap: 6px;
}
.mp-guide .mp-places button {
  display: flex;
  gap: 4px;
  align-items: center;
  justify-content: center;
  min-width: 40px;
  padding: 2px 3px;
  font-variant-numeric: tabular-nums;
}
.mp-places button span {
  display: flex;
  gap: 2px;
  height: 20px;
}
.mp-places i {
  display: flex;
  align-items: flex-end;
  width: 6px;
  background: var(--mp-field);
}
.mp-places b {
  width: 100%;
}
.mp-usage b {
  background: var(--mp-own);
}
.mp-match b {
  background: var(--mp-accent);
}
.mp-key {
  display: inline-flex;
  gap: 4px;
  margin-left: 6px;
  color: var(--mp-quiet);
  font-size: 12px;
}
.mp-key i {
  align-self: center;
  height: 12px;
}
.mp-key b {
  height: 100%;
}
.mp-guide button[aria-pressed="true"] {
  outline: 2px solid var(--mp-accent);
  outline-offset: -1px;
}
.mp-guide button.mp-written {
  outline: 2px solid var(--mp-mark);
  outline-offset: -1px;
}
.mp-frame.mp-pointed {
  outline: 2px solid var(--mp-mark);
  outline-offset: 2px;
}
.mp-frame {
  scroll-margin: var(--mp-covered, 0) 0 24px;
}
@container player (max-width: 560px) {
  .mp-guide {
    grid-template-columns: minmax(0, 1fr) max-content;
  }
  .mp-said {
    display: contents; /* the close button stands beside its title */
  }
  .memory-player .mp-said p {
    grid-row: 2;
    grid-column: 1 / -1;
    min-height: 0;
    font-size: 13px;
  }
  .mp-guide-actions {
    grid-row: 3;
    grid-column: 1 / -1;
  }
  .mp-guide .mp-places button {
    min-width: 36px;
    gap: 2px;
    font-size: 12px;
  }
  .mp-places i {
    width: 4px;
  }
  .mp-reasons > span {
    display: none; /* the group's name says it too */
  }
  .mp-guide .mp-reasons button {
    padding: 2px 6px;
  }
}

/* The slider through training. */
.mp-film {
  margin-top: 2px;
}
.mp-film-track {
  display: flex;
  flex: 1 1 160px;
  flex-direction: column;
  min-width: 0;
}
.mp-film-track svg {
  height: 11px;
  margin: 0 8px; /* half of the slider's thumb */
  overflow: visible;
  fill: none;
  stroke: var(--mp-quiet);
}
.mp-film-track path {
  vector-effect: non-scaling-stroke;
  stroke-width: 1.5;
}
.mp-film-track .mp-film-here {
  stroke: var(--mp-mark);
}
.mp-controls .mp-film-track input {
  flex: none;
  width: 100%;
  margin: 0;
}
.mp-controls.mp-film button {
  min-height: 26px;
}
.mp-film-about {
  flex: 1 0 100%;
  font-size: 12px;
  line-height: 1.3;
  color: var(--mp-quiet);
}
.mp-film-told {
  min-width: 21em;
  font-variant-numeric: tabular-nums;
}
@container player (max-width: 560px) {
  .mp-film-told {
    min-width: 100%;
  }
}
`;var maze_exports={};__export(maze_exports,{ACTION_NAMES:()=>ACTION_NAMES,FORWARD:()=>FORWARD,LEFT:()=>LEFT,RIGHT:()=>RIGHT,SIDES:()=>SIDES,TMaze:()=>TMaze,drawMaze:()=>drawMaze});var[FORWARD,LEFT,RIGHT]=[0,1,2],ACTION_NAMES=["forward","left","right"],BUMP_REWARD=-.1,SIDES={[LEFT]:"left",[RIGHT]:"right"},TMaze=class{constructor(sign2,length,limit=4*length){Object.assign(this,{sign:sign2,length,limit,distance:length,time:0,outcome:null})}get over(){return this.outcome!==null}get correct(){return this.outcome===SIDES[this.sign]}step(action){this.time+=1;let reward=BUMP_REWARD;return this.distance===0&&action!==FORWARD?(this.outcome=SIDES[action],this.correct?1:-1):(this.distance>0&&action===FORWARD&&(this.distance-=1,reward=0),this.time>=this.limit&&(this.outcome="late"),reward)}observe(visible=this.time===0){let sign2=visible?this.sign:null,junction=this.distance===0;return[sign2===LEFT,sign2===RIGHT,!junction,junction].map(Number)}scene(visible=this.time===0,told=!0){let{sign:sign2,distance:distance2,length,outcome}=this;return drawMaze(told?SIDES[sign2]:null,distance2,length,visible,outcome)}},[START,MIDDLE,HALF]=[44,80,18],[LONGEST,STEP]=[336,48],[TOP,BOTTOM]=[8,152],ENDS={left:30,right:130},parsePoints=text2=>text2.split(" ").map(pair=>pair.split(",").map(Number)),ARROW=parsePoints("0,-12 10,0 4,0 4,12 -4,12 -4,0 -10,0"),STAR=parsePoints("0,-10 3,-3 10,-3 4,1 6,9 0,4 -6,9 -4,1 -10,-3 -3,-3"),CHECK=["-5,0 -1,4 5,-4"].map(parsePoints),CROSS=["-4,-4 4,4","-4,4 4,-4"].map(parsePoints),moved=(x,y,points,up=1)=>points.map(([dx,dy])=>[x+dx,y+up*dy]),circle=(x,y,radius,fill)=>({kind:"circle",x,y,radius,fill}),polygon=(points,fill)=>({kind:"polygon",points,fill}),line=(points,stroke)=>({kind:"line",points,stroke,stroke_width:3}),text=(x,y,words,size,fill,anchor)=>({kind:"text",x,y,text:words,size,fill,...anchor?{anchor}:{}});function drawMaze(sign2,distance2,length,visible,outcome=null){let place=k=>START+Math.floor(Math.min(LONGEST,STEP*length)*k/length),[junction,here]=[place(length),place(length-distance2)],y=ENDS[outcome]??MIDDLE,right=junction+HALF,shapes=[corridor(junction)];for(let k=0;k<=length;k++)shapes.push(circle(place(k),MIDDLE,2,"quiet"));shapes.push(...drawSign(sign2,visible));for(let[side,end]of Object.entries(ENDS))shapes.push(text(right+8,end,side,14,"text","start")),side===sign2&&sign2!==outcome&&shapes.push(polygon(moved(junction,end,STAR),"goal"));let trail=[[START,MIDDLE],[here,MIDDLE],[here,y]];return shapes.push(line(trail,"agent"),circle(here,y,12,"agent"),polygon(nose(here,y,outcome),"ground"),...drawOutcome(sign2,outcome,right)),{width:480,height:160,label:tell(sign2,distance2,visible,outcome),shapes}}function corridor(junction){let[top,bottom]=[MIDDLE-HALF,MIDDLE+HALF],[start,left,right]=[START-HALF-4,junction-HALF,junction+HALF],upper=`${start},${top} ${left},${top} ${left},${TOP} ${right},${TOP}`,lower=`${right},${BOTTOM} ${left},${BOTTOM} ${left},${bottom} ${start},${bottom}`;return{...polygon(parsePoints(`${upper} ${lower}`),"floor"),stroke:"wall"}}function nose(x,y,outcome){return outcome in ENDS?moved(x,y,parsePoints("0,-8 6,4 -6,4"),outcome==="left"?1:-1):moved(x,y,parsePoints("8,0 -4,-6 -4,6"))}function drawSign(sign2,visible){let board={kind:"rect",x:START-22,y:8,width:44,height:38,radius:5},look=visible?{fill:"sign",stroke:"wall"}:{fill:"ground",stroke:"quiet",dashed:!0},ink=visible?"ink":"quiet",up=sign2==="left"?1:-1,post=[[START,46],[START,MIDDLE-HALF]];return[line(post,"wall"),{...board,...look},sign2===null?text(START,27,"?",24,ink):polygon(moved(START,27,ARROW,up),ink),text(6,112,"sign",11,"quiet","start"),text(6,126,visible?"in sight":"out of sight",11,"quiet","start")]}function drawOutcome(sign2,outcome,right){if(outcome==="late")return[text(right+8,MIDDLE,"too late",14,"bad","start")];if(sign2===null||outcome===null)return[];let[x,y,good]=[right+64,ENDS[outcome],outcome===sign2],marks=good?CHECK:CROSS;return[circle(x,y,11,good?"good":"bad"),...marks.map(mark=>line(moved(x,y,mark),"ground"))]}function tell(sign2,distance2,visible,outcome){let turned=outcome in ENDS,shown=`the sign ${visible?"shows":"showed"} ${sign2}`;if(sign2===null?shown="the sign is not known":turned&&(shown=`${outcome===sign2?"as":"but"} the sign showed ${sign2}`),turned)return`The agent turned ${outcome}, ${shown}.`;let steps=distance2===1?"1 step":`${distance2} steps`;return`The agent stands ${distance2===0?"at the junction":`${steps} before the junction`}; ${shown}.${outcome==="late"?" Its time is up.":""}`}var tasks_exports={};__export(tasks_exports,{seeded:()=>seeded,taskOf:()=>taskOf});function seeded(seed){let state=seed>>>0;return()=>{state=state+2654435769>>>0;let mixed=state;return mixed=Math.imul(mixed^mixed>>>16,569420461),mixed=Math.imul(mixed^mixed>>>15,1935289751),((mixed^mixed>>>15)>>>0)/2**32}}var randomWord=(size,draw2)=>Array.from({length:size},()=>draw2()<.5?"0":"1").join(""),bitsOf=word=>Array.from(word,Number);function grouped(words,size){let all=[];for(let i=0;i<words.length;i+=size)all.push(words.slice(i,i+size));return all}var Sequence=class{constructor(inputSize,outputSize){Object.assign(this,{inputSize,outputSize,input:[],target:[],mask:[]})}step(bits,flags={},answer=null){let heard=new Array(this.inputSize).fill(0);bits.forEach((bit,i)=>heard[i]=bit);for(let[channel,value]of Object.entries(flags))heard[channel]=value;this.input.push(heard),this.target.push(answer??new Array(this.outputSize).fill(0)),this.mask.push(answer?1:0)}},MOST=64,TASKS={Copy:{group:()=>1,sizes:({word_size:W})=>[W+1,W],fill(sequence,{word_size:W},list){for(let[word]of list)sequence.step(bitsOf(word));sequence.step([],{[W]:1});for(let[word]of list)sequence.step([],{},bitsOf(word))}},RepeatCopy:{group:()=>1,sizes:({word_size:W})=>[W+2,W+1],fill(sequence,{word_size:W},list,{repeats=1}){for(let[word]of list)sequence.step(bitsOf(word));sequence.step([],{[W]:1,[W+1]:Math.fround(repeats/10)});for(let repeat=0;repeat<repeats;repeat++)for(let[word]of list)sequence.step([],{},[...bitsOf(word),0]);sequence.step([],{},[...new Array(W).fill(0),1])}},AssociativeRecall:{group:({item_length:length})=>length,fewest:2,thing:"item",key:item=>item.join(","),what:"items",sizes:({word_size:W})=>[W+2,W],fits:({query=0},count)=>query<count-1,fill(sequence,{word_size:W},list,{query=0}){let hear=item=>item.forEach(word=>sequence.step(bitsOf(word)));for(let item of list)sequence.step([],{[W]:1}),hear(item);sequence.step([],{[W+1]:1}),hear(list[query]),sequence.step([],{[W+1]:1});for(let word of list[query+1])sequence.step([],{},bitsOf(word))}},KeyValueRecall:{group:()=>2,thing:"pair",key:([key])=>key,what:"keys",sizes:({word_size:W})=>[2*W+1,W],fits:({order},count)=>!order||order.length===count,fill(sequence,{word_size:W},list,{order=list.map((_,i)=>i)}){for(let[key,value]of list)sequence.step([...bitsOf(key),...bitsOf(value)]);for(let at of order)sequence.step(bitsOf(list[at][0]),{[2*W]:1},bitsOf(list[at][1]))}}},taskOf=header=>header?.name in TASKS?new Task(header):null,Task=class{constructor({name,options,words=null,asked={}}){Object.assign(this,{name,options,words,asked,kind:TASKS[name]}),this.group=this.kind.group(options),this.wordSize=options.word_size,this.thing=this.kind.thing??"word",this.fewest=this.kind.fewest??1;let keyBits=this.wordSize*(name==="AssociativeRecall"?this.group:1);this.most=this.kind.key?Math.min(MOST,2**keyBits):MOST}make(words){let list=this.list(words),{fits=()=>!0,sizes,fill}=this.kind,sequence=new Sequence(...sizes(this.options));return fill(sequence,this.options,list,fits(this.asked,list.length)?this.asked:{}),{input:sequence.input,target:sequence.target,mask:sequence.mask}}list(words){let{wordSize,group:group2,fewest,kind}=this,wrong=words.find(word=>word.length!==wordSize);if(wrong!==void 0)throw new Error(`Each word must have ${wordSize} bits, but one is '${wrong}'.`);let list=grouped(words,group2);if(words.length%group2||list.length<fewest)throw new Error(`The number of words must be a multiple of ${group2} and at least ${group2*fewest}, but is ${words.length}.`);let keys=kind.key?list.map(kind.key):[],twice=keys.find((key,i)=>keys.indexOf(key)<i);if(twice!==void 0)throw new Error(`No two ${kind.what} may be alike, but '${twice}' is there twice.`);return list}random(count,seed){let draw2=seeded(seed),words=[];for(;words.length<count*this.group;)words=this.longer(words,draw2);return words}longer(words,draw2){for(;;){let next=Array.from({length:this.group},()=>randomWord(this.wordSize,draw2));if(!(this.kind.key?grouped(words,this.group).map(this.kind.key):[]).includes(this.kind.key?.(next)))return[...words,...next]}}};var ROLES="ground floor wall agent sign goal card ink red text quiet good bad".split(" "),ANCHORS={start:"start",middle:"middle",end:"end"},STROKE_WIDTH=1.5,SMALLEST=9,NOTE=11,unpackScenes=({shapes,scenes})=>scenes.map(scene=>({...scene,shapes:scene.shapes.map(number2=>shapes[number2])}));function drawScene({width,height,label,title,shapes}){let box={viewBox:`0 0 ${width} ${height}`,role:"img","aria-label":label},heading=title?[drawing("title",{},title)]:[];return drawing("svg",{...box,class:"mp-scene"},...heading,...shapes.map(drawShape))}function drawShape(shape){let{kind,fill,stroke,stroke_width:wide=STROKE_WIDTH,dashed}=shape,style=[`fill: ${colour(fill)}`];stroke&&style.push(`stroke: ${colour(stroke)}`,`stroke-width: ${Number(wide)}`),dashed&&style.push("stroke-dasharray: 4 3");let look={style:style.join(";")},points=()=>shape.points.map(point=>point.join()).join(" "),{x,y}=shape;if(kind==="rect"){let size={x,y,width:shape.width,height:shape.height,rx:shape.radius??0};return drawing("rect",{...size,...look})}if(kind==="circle")return drawing("circle",{cx:x,cy:y,r:shape.radius,...look});if(kind==="polygon")return drawing("polygon",{points:points(),...look});if(kind==="line")return drawing("polyline",{points:points(),...look});if(kind!=="text")throw new Error(`This world can't be drawn: it has a shape '${kind}'.`);let anchor=ANCHORS[shape.anchor??"middle"],place={x,y,"text-anchor":anchor,"dominant-baseline":"central"};style.push(`font-size: max(${Number(shape.size)}px, ${SMALLEST} * var(--mp-pixel, 0px))`);let isNote=fill==="quiet"&&shape.size<=NOTE;return drawing("text",{...place,class:isNote?"mp-note":"",style:style.join(";")},shape.text)}function keepReadable(node2){return new ResizeObserver(([{contentRect}])=>{let scene=node2.querySelector("svg"),pixel=scene?scene.viewBox.baseVal.width/contentRect.width:0;node2.style.setProperty("--mp-pixel",`${Number.isFinite(pixel)?pixel:0}px`)}).observe(node2),node2}function colour(role){if(role===void 0)return"none";if(!ROLES.includes(role))throw new Error(`This world can't be drawn: it has a colour '${role}'.`);return`var(--mp-scene-${role})`}var World=class{constructor(view){this.view=view,this.before=keepReadable(element("figure",{class:"mp-before"})),this.after=keepReadable(element("figure",{class:"mp-after"})),this.acts=element("div",{class:"mp-acts"});let world=(...parts)=>element("div",{class:"mp-world"},...parts);view.compact?[this.step,this.whole]=[[world(this.before,this.acts)],[]]:view.simple?[this.step,this.whole]=[[this.before],[world(this.acts,this.after)]]:[this.step,this.whole]=[[world(this.before,this.acts,this.after)],[]]}get run(){return this.view.run}draw(step){let{scenes,steps}=this.run;step=Math.min(step,steps-1);let caption=(text2,note="")=>element("figcaption",{},text2,element("span",{},note&&` (${note})`));try{if(scenes){let{compact}=this.view,ended=compact&&step===steps-1,note=compact?"":"dashed: out of the agent's sight";this.before.replaceChildren(ended?caption("how it ended"):caption("the world",note),drawScene(scenes[ended?steps:step])),this.after.replaceChildren(caption("what comes of it"),drawScene(scenes[step+1]))}}catch(error){this.before.replaceChildren(element("p",{class:"mp-nothing"},error.message)),this.after.replaceChildren()}this.acts.replaceChildren(...this.buildActs(step))}buildActs(step){let{run}=this,taken=run.has("action")&&run.size("action")===1?run.at("action",step)[0]:null,rows=[];if(run.has("action_probabilities"))run.at("action_probabilities",step).forEach((probability,action)=>{let percent=`${(100*probability).toFixed(1)} %`,chosen=action===taken;rows.push(element("li",{class:chosen?"mp-chosen":null,"aria-current":chosen?"true":null},element("span",{},nameAction(run,action)),element("i",{},element("b",{style:{width:`${100*probability}%`}})),element("output",{},percent)))});else if(run.has("action")){let text2=taken===null?[...run.at("action",step)].map(show).join(", "):null;rows.push(element("li",{class:"mp-chosen"},text2??nameAction(run,taken)))}let numbers2=["reward","value"].filter(name=>run.has(name)&&run.size(name)===1);return[element("p",{class:"mp-acts-title"},"what it does"),element("ul",{"aria-label":"actions"},...rows),element("p",{class:"mp-numbers"},...numbers2.map(name=>{let{label,meaning}=run.arrays[name],text2=run.at(name,step)[0].toFixed(2).replace("-","−");return element("span",{title:meaning},`${label} `,element("b",{},text2))}))]}tell(step){let{run}=this;step=Math.min(step,run.steps-1);let sentences=run.scenes?[run.scenes[step===run.steps-1?step+1:step].label]:[];if(!this.view.compact&&run.has("action_probabilities")&&run.size("action")===1){let action=run.at("action",step)[0],sure=run.at("action_probabilities",step)[action];sentences.push(`Its action: ${nameAction(run,action)} (${Math.round(100*sure)} %).`)}return sentences.join(" ")}},nameAction=(run,action)=>run.actions?.[action]??`action ${action}`,hasWorld=run=>!run.signed&&!!(run.scenes??run.has("action_probabilities"));var KEYS={ArrowRight:FORWARD,ArrowUp:LEFT,ArrowDown:RIGHT},MOVES=[[FORWARD,"→","forward","Forward (right arrow)"],[LEFT,"↑","left","Turn left (up arrow)"],[RIGHT,"↓","right","Turn right (down arrow)"]],SIGHTS={start:"at the start",always:"all the time",never:"never"},FEW=5,EYES=["sign left","sign right","corridor","junction"],TMazeGame=class{constructor(model,root2){this.model=model,this.root=root2;let{corridor_length:lengths,sign:sign2,seed}=model.get("header").game;this.lengths=lengths,this.random=seeded(seed??Math.floor(2**32*Math.random())),this.sight=sign2,this.scores=Object.fromEntries(Object.keys(SIGHTS).map(one=>[one,[0,0]])),this.build(),this.begin()}build(){this.picture=keepReadable(element("div",{class:"mp-game-picture"})),this.said=element("p",{class:"mp-game-said","aria-live":"polite"}),this.stage=element("div",{class:"mp-game-stage",tabindex:"0",role:"application","aria-label":"T-maze. Right arrow goes forward, up arrow turns left, down arrow turns right, enter begins a new round."},this.picture),this.stage.addEventListener("pointerdown",()=>this.stage.focus()),this.moves=MOVES.map(([action,arrow,name,title])=>{let button=press(name,title,"",()=>this.move(action));return button.append(element("b",{"aria-hidden":"true"},arrow),` ${name}`),button}),this.next=press("new","New round (enter)","new round",()=>this.begin()),this.sights=Object.entries(SIGHTS).map(([name,text2])=>press(`sight-${name}`,`See the sign ${text2}`,text2,()=>this.look(name))),this.eyes=element("p",{class:"mp-game-eyes"}),this.score=element("table",{class:"mp-game-score","aria-label":"score"});let group2={class:"mp-group-of",role:"group","aria-label":"you see the sign"};this.root.classList.add("mp-game"),this.root.replaceChildren(element("div",{class:"mp-controls"},"You see the sign",element("span",group2,...this.sights)),this.stage,this.said,element("div",{class:"mp-controls mp-game-moves"},...this.moves,this.next),element("div",{class:"mp-game-below"},this.eyes,this.score)),this.root.addEventListener("keydown",event=>this.key(event))}begin(){let[shortest,longest]=this.lengths,sign2=this.random()<.5?LEFT:RIGHT,length=shortest+Math.floor((longest-shortest+1)*this.random());this.maze=new TMaze(sign2,length,4*longest),this.draw("")}look(sight){this.sight=sight,this.begin(),this.stage.focus({preventScroll:!0})}move(action){let{maze}=this;if(maze.over)return this.draw("This round is over. Enter begins a new one.");let before=maze.distance,reward=maze.step(action),bumped=!maze.over&&maze.distance===before;maze.over&&this.count(reward===1),this.draw(bumped?"A wall: this costs 0.1.":"",bumped)}count(correct){let score=this.scores[this.sight];score[0]+=correct,score[1]+=1,this.model.set("scores",structuredClone(this.scores)),this.model.save_changes()}get visible(){let{maze,sight}=this;return!maze.over&&(sight==="always"||sight==="start"&&maze.time===0)}draw(note,bumped=!1){let{maze,visible}=this,scene=maze.scene(visible,visible||maze.over);scene.label=scene.label.replace("The agent stands","You stand").replace("The agent","You").replace("Its time","Your time").replace("the sign is not known","the sign is out of sight"),this.picture.replaceChildren(drawScene(scene)),this.picture.classList.toggle("mp-bumped",bumped);let result=maze.over?`${tellResult(maze)} Enter begins a new round.`:tellTime(maze,note);this.said.textContent=`${scene.label} ${result}`.trim(),this.root.dataset.outcome=maze.over?maze.correct?"correct":"wrong":"",this.next.classList.toggle("mp-due",maze.over);let numbers2=maze.observe(visible);this.eyes.replaceChildren("What an agent gets to see: ",...EYES.map((name,i)=>element("span",{class:numbers2[i]?"mp-on":""},`${name} `,element("b",{},numbers2[i]))));for(let one of this.sights)one.setAttribute("aria-pressed",String(one.dataset.action===`sight-${this.sight}`));this.drawScore()}drawScore(){let cell=(tag,text2)=>element(tag,tag==="th"?{scope:"row"}:{},text2);this.score.replaceChildren(element("caption",{},"correct turns"),...Object.entries(this.scores).map(([sight,[correct,rounds]])=>element("tr",{"data-sight":sight,class:sight===this.sight?"mp-chosen":null},cell("th",`sign ${SIGHTS[sight]}`),cell("td",rounds?`${correct} of ${rounds}`:"–"),cell("td",sight==="never"&&rounds?`by chance, ${rounds/2}`:""))))}key(event){if(event.ctrlKey||event.metaKey||event.altKey)return;let onButton=event.target.tagName==="BUTTON";if(event.key in KEYS)this.move(KEYS[event.key]);else if(event.key==="Enter"&&!onButton)this.begin();else return;event.preventDefault(),event.stopPropagation(),onButton&&this.stage.focus({preventScroll:!0})}destroy(){}};function tellTime({time,limit},note){let left=limit-time,few=left<=FEW?`${left} ${left===1?"step is":"steps are"} left.`:"";return`${note} ${time===0?`You have ${limit} steps.`:few}`.trim()}function tellResult({outcome,correct}){return outcome==="late"?"Too late.":correct?"Correct: reward 1.":"Wrong: reward −1."}var product=sizes=>sizes.reduce((a,b)=>a*b,1);function indicesOf(shape,flat2){let indices=[];for(let size of shape.toReversed())indices.unshift(flat2%size),flat2=Math.floor(flat2/size);return indices}var sigmoid=x=>1/(1+Math.exp(-x)),oneplus=x=>1+(x>40?x:Math.log1p(Math.exp(x)));function softmax(values,from,count){let highest=-1/0;for(let i=from;i<from+count;i++)highest=Math.max(highest,values[i]);let total=0;for(let i=from;i<from+count;i++)total+=values[i]=Math.exp(values[i]-highest);for(let i=from;i<from+count;i++)values[i]/=total}function addProduct(out,matrix,vector,first2=0,width=vector.length,start=0){for(let row2=0;row2<out.length;row2++){let total=0,place=(first2+row2)*width+start;for(let i=0;i<vector.length;i++)total+=matrix[place+i]*vector[i];out[row2]+=total}}var disturbance_exports={};__export(disturbance_exports,{KINDS:()=>KINDS,UNDISTURBED:()=>UNDISTURBED,apply:()=>apply,check:()=>check,covers:()=>covers,firstChange:()=>firstChange,format:()=>format,formatEdit:()=>formatEdit,parse:()=>parse,sizesOf:()=>sizesOf,stepShape:()=>stepShape,suggest:()=>suggest});var KINDS={number:[-1/0,1/0],activation:[-1,1],fraction:[0,1],weighting:[0,1],distribution:[0,1],links:[0,1],strength:[1,1/0],duration:[0,1/0]},UNDISTURBED=Object.freeze({edits:[],locations:null,words:null,options:null}),EDIT=/^([A-Za-z_]\w*)\s*(?:\[\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\]\s*)?(?:@\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?\s*)?)?$/,NUMBER=/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,COUNT=/^\d{1,9}$/,OPTION=/^([A-Za-z_]\w*)\s*:\s*(\d{1,9})$/,KEYS2={N:"locations",words:"words",options:"options"};function parse(text2){let found={...UNDISTURBED,edits:[]};for(let part of text2.trim()?text2.split(";"):[]){let mark=part.indexOf("="),key=(mark<0?part:part.slice(0,mark)).trim(),value=mark<0?"":part.slice(mark+1).trim();if(key in KEYS2&&found[KEYS2[key]]!==null)throw new Error(`'${text2}' sets ${key} twice. Keep one of them.`);key==="N"?found.locations=readLocations(value):key==="words"?found.words=readWords(value):key==="options"?found.options=readOptions(value):found.edits.push(readEdit(part.trim(),key,value))}return found}function readLocations(value){if(!COUNT.test(value))throw new Error(`N must be a number of locations, but is '${value}'.`);if(Number(value)<1)throw new Error(`N must be at least 1, got ${Number(value)}.`);return Number(value)}function readWords(value){let words=value.split(",").map(word=>word.trim());for(let word of words)if(!/^[01]+$/.test(word)||word.length!==words[0].length)throw new Error(`Words must be bits of one length, such as 1011,0010, but one is '${word}'.`);return words}function readOptions(value){let options={};for(let option of value.split(",").map(one=>one.trim())){let match=OPTION.exec(option);if(!match)throw new Error(`Options must be names with whole numbers, such as sign:2,distance:12, but one is '${option}'.`);if(match[1]in options)throw new Error(`An option may be there once, but '${match[1]}' is there twice.`);options[match[1]]=Number(match[2])}return options}function readEdit(part,key,text2){let match=EDIT.exec(key);if(!match||!NUMBER.test(text2))throw new Error(`'${part}' can't be read. Write name[index]@first-last=value, such as memory[3]@5-=0 or write_gate=0, and join parts by ';'.`);let[,name,list,start,range2,end]=match,index=list?list.split(",").map(Number):[],first2=Number(start??0),last=end!==void 0?Number(end):start!==void 0&&!range2?first2:null,value=Number(text2)+0;if(last!==null&&last<first2)throw new Error(`The last step for ${name} must be at least ${first2}, got ${last}.`);if(!Number.isFinite(value))throw new Error(`${name} must get a finite number, got ${text2}.`);return{name,index,first:first2,last,value}}function formatEdit({name,index,first:first2,last,value}){let place=index.length?`[${index}]`:"",steps="";return last!==null?steps=last===first2?`@${first2}`:`@${first2}-${last}`:first2>0&&(steps=`@${first2}-`),`${name}${place}${steps}=${value}`}function format({edits,locations,words,options}){let parts=locations===null?[]:[`N=${locations}`];return words!==null&&parts.push(`words=${words}`),options!==null&&parts.push(`options=${Object.entries(options).map(option=>option.join(":"))}`),[...parts,...edits.map(formatEdit)].join(";")}function sizesOf(run){let sizes={T:run.steps};for(let{axes,shape}of Object.values(run.arrays))axes.split(" ").forEach((axis2,i)=>{/^[A-Z]$/.test(axis2)&&(sizes[axis2]??=shape[i])});return sizes}var stepShape=({axes},sizes)=>axes.split(" ").slice(1).map(axis2=>sizes[axis2]??Number(axis2));function check({edits,locations},table,sizes){if(locations!==null&&!("N"in sizes))throw new Error(`N=${locations}: this memory has no locations.`);for(let edit of edits)checkEdit(edit,table,{...sizes,N:locations??sizes.N})}function checkEdit(edit,table,sizes){let{name,index,first:first2,last,value}=edit,fail=message=>{throw new Error(`${formatEdit(edit)}: ${message}`)},computed=Object.keys(table).filter(key=>!table[key].optional);computed.includes(name)||fail(`no step computes an array '${name}'.${suggest(name,computed)}`);let row2=table[name],shape=stepShape(row2,sizes),letters=row2.axes.split(" ").slice(1);index.length>shape.length&&fail(`at one step ${name} has ${shape.length} dimensions, but the index has ${index.length}.`),index.forEach((at,i)=>{at>=shape[i]&&fail(`the index ${at} is out of range: it must be 0 to ${shape[i]-1} (dimension ${letters[i]} of ${name}).`)});for(let step of[first2,last??0])step>=sizes.T&&fail(`step ${step} is out of range: the run has the steps 0 to ${sizes.T-1}.`);let[low,high]=KINDS[row2.kind];if(!(low<=value&&value<=high)){let allowed=Number.isFinite(high)?`in [${low}, ${high}]`:`at least ${low}`;fail(`${name} is a ${row2.kind}, so its value must be ${allowed}, but it is ${value}.`)}}function suggest(name,known){let nearest=known.toSorted((a,b)=>distance(a,name)-distance(b,name))[0];return`${nearest!==void 0&&2*distance(nearest,name)<=nearest.length?` Did you mean '${nearest}'?`:""} Known: ${known.toSorted().join(", ")||"none"}.`}function distance(a,b){let row2=Array.from({length:b.length+1},(_,j)=>j);for(let i=1;i<=a.length;i++){let next=[i];for(let j=1;j<=b.length;j++)next.push(Math.min(row2[j]+1,next[j-1]+1,row2[j-1]+(a[i-1]!==b[j-1])));row2=next}return row2[b.length]}var holds=({first:first2,last},step)=>first2<=step&&(last===null||step<=last),covers=(edit,name,index,step)=>edit.name===name&&holds(edit,step)&&edit.index.every((at,i)=>at===index[i]);function apply(disturbance,name,step,values,shape){for(let edit of disturbance.edits)if(edit.name===name&&holds(edit,step)){let[start,length]=[0,values.length];edit.index.forEach((at,i)=>{length/=shape[i],start+=at*length}),values.fill(edit.value,start,start+length)}return values}function firstChange(before,after){let[a,b]=[before.edits,after.edits],alike=(one,other)=>one&&other&&formatEdit(one)===formatEdit(other);for(;alike(a[0],b[0]);)[a,b]=[a.slice(1),b.slice(1)];for(;alike(a.at(-1),b.at(-1));)[a,b]=[a.slice(0,-1),b.slice(0,-1)];return Math.min(...[...a,...b].map(({first:first2})=>first2))}var formulas_exports={};__export(formulas_exports,{FORMULAS:()=>FORMULAS,formulasOf:()=>formulasOf});var expressions_exports={};__export(expressions_exports,{Letters:()=>Letters,Numbers:()=>Numbers,add:()=>add,apply:()=>apply2,constant:()=>constant,divide:()=>divide,evaluate:()=>evaluate,exp:()=>exp,flatten:()=>flatten,leaf:()=>leaf,multiply:()=>multiply,named:()=>named,nonnegative:()=>nonnegative,root:()=>root,shorten:()=>shorten,shownSources:()=>shownSources,sources:()=>sources,square:()=>square,subtract:()=>subtract});var mathml_exports={};__export(mathml_exports,{mathml:()=>mathml,number:()=>number,partsOf:()=>partsOf,similarityOf:()=>similarityOf,symbolOf:()=>symbolOf});var SYMBOLS={input:["x"],read_keys:["k","r"],read_strengths:["β","r"],write_key:["k","w"],write_strength:["β","w"],erase_vector:["e"],write_vector:["v"],free_gates:["f"],allocation_gate:["g","a"],write_gate:["g","w"],read_modes:["π"],usage:["u"],allocation_weighting:["a"],write_content_weighting:["c","w"],write_weighting:["w","w"],memory:["M"],link:["L"],precedence:["p"],forward_weighting:["f"],backward_weighting:["b"],read_content_weighting:["c","r"],read_weighting:["w","r"],read_vectors:["r"],output:["y"],controller_hidden:["h"],controller_cell:["s"],"cell.interface.weight":["W","","ξ"],"cell.interface.bias":["b","","ξ"],"output.weight":["W","","y"],"output.bias":["b","","y"]},GATES=["i","f","g","o"],WEIGHTS={weight:["W"],bias:["b"],weight_ih:["W","","x"],bias_ih:["b","","x"],weight_hh:["W","","h"],bias_hh:["b","","h"]},HEADED=/^(read_(?!weighting_)|free_gates|(forward|backward)_weighting|read_content_weighting)/,identifier=text2=>`<mi>${text2}</mi>`,operator=text2=>`<mo>${text2}</mo>`,row=(...parts)=>`<mrow>${parts.join("")}</mrow>`,fence=(inner,left="(",right=")")=>row(`<mo stretchy="false">${left}</mo>`,inner,`<mo stretchy="false">${right}</mo>`);function symbolOf(name,index,when2){let rest=[...index],layer=/^controller_\w+_(\d+)$/.exec(name)?.[1],known=name.replace(/(controller_\w+)_\d+$/,"$1"),[base,over="",below=when2]=SYMBOLS[known]??WEIGHTS[name.split(".").at(-1)]??"?",[letter,above]=[base,over];known==="controller_gates"&&(letter=GATES[rest.shift()]),HEADED.test(name)&&(above+=(above?",":"")+rest.shift()),layer!==void 0&&(above=String(Number(layer)+1));let[lower,upper]=[below,above].map(text2=>text2&&identifier(text2)),symbol=identifier(letter);return lower&&upper?symbol=`<msubsup>${symbol}${lower}${upper}</msubsup>`:lower?symbol=`<msub>${symbol}${lower}</msub>`:upper&&(symbol=`<msup>${symbol}${upper}</msup>`),rest.length?row(symbol,fence(identifier(rest.join(", ")),"[","]")):symbol}var similarityOf=(key,memory3)=>row(identifier("D"),fence(row(key,operator(","),memory3))),[SUM,PRODUCT,ATOM]=[1,2,3],BINDING={add:SUM,subtract:SUM,multiply:PRODUCT},CALLS={sigmoid:"σ",oneplus:"oneplus",tanh:"tanh"};function operand(node2,write2,least=SUM,after=!1){let loose=(BINDING[node2.op]??ATOM)<least,isNegative=["leaf","named"].includes(node2.op)&&node2.value<0,text2=mathml(node2,write2,after&&!loose);return loose||after&&isNegative?fence(text2):text2}function partsOf(expression,write2){let{op,args}=expression;if(op!=="add"||args.length<2)return[mathml(expression,write2)];let plus='<mo form="infix">+</mo>';return args.map((arg,i)=>(i?plus:"")+operand(arg,write2,SUM,i>0))}function mathml(expression,write2,later=!1){let inner=(node2,least,after)=>operand(node2,write2,least,after),{op,args,over}=expression,[first2,second]=args;switch(op){case"leaf":return write2(expression);case"add":case"multiply":{let[sign2,great,least]=op==="add"?["+","∑",SUM]:["·","∏",PRODUCT];return over&&args.length===1&&Number.isNaN(expression.value)?row(`<munder>${operator(great)}${identifier(over)}</munder>`,inner(first2,PRODUCT)):args.length?row(args.map((arg,i)=>inner(arg,least,later||i>0)).join(operator(sign2))):`<mn>${op==="add"?0:1}</mn>`}case"subtract":return row(inner(first2),operator("−"),inner(second,PRODUCT,!0));case"divide":return`<mfrac>${row(inner(first2))}${row(inner(second))}</mfrac>`;case"exp":return`<msup>${identifier("e")}${row(inner(first2))}</msup>`;case"root":return`<msqrt>${inner(first2)}</msqrt>`;case"square":return`<msup>${row(inner(first2,ATOM,!0))}<mn>2</mn></msup>`;case"nonnegative":return row(identifier("max"),fence(row("<mn>0</mn>",operator(","),inner(first2))));case"named":return expression.symbol||write2(expression);default:return row(identifier(CALLS[op]),fence(inner(first2)))}}function figures(value){let distance2=1-Math.abs(value);if(distance2>0&&distance2<.01)return value.toFixed(Math.min(12,2-Math.floor(Math.log10(distance2)))).replace("-","−");let size=Math.abs(value);return size>0&&size<1e-4?Number(value.toPrecision(3)).toExponential().replaceAll("-","−"):brief(value)}var number=({value,rest})=>{let text2=`<mn>${figures(value)}</mn>`;return rest?`<munder>${text2}<mtext>${rest} more</mtext></munder>`:text2};var SHOWN=3,OPERATIONS={leaf:()=>NaN,add:(...terms)=>terms.reduce((a,b)=>a+b,0),subtract:(a,b)=>a-b,multiply:(...factors)=>factors.reduce((a,b)=>a*b,1),divide:(a,b)=>a/b,exp:Math.exp,root:Math.sqrt,square:a=>a*a,sigmoid,oneplus,tanh:Math.tanh,nonnegative:a=>Math.max(0,a),named:a=>a},node=(op,args,rest)=>({op,args,value:OPERATIONS[op](...args.map(({value})=>value)),...rest}),leaf=(value,symbol,source=null)=>({op:"leaf",args:[],value,symbol,source}),constant=value=>leaf(value,`<mn>${value}</mn>`),add=(...terms)=>node("add",terms),subtract=(a,b)=>node("subtract",[a,b]),multiply=(...factors)=>node("multiply",factors),divide=(a,b)=>node("divide",[a,b]),exp=a=>node("exp",[a]),root=a=>node("root",[a]),square=a=>node("square",[a]),apply2=(name,a)=>node(name,[a]),named=(symbol,a)=>node("named",[a],{symbol}),nonnegative=a=>a.value<0?node("nonnegative",[a]):a,evaluate=({op,args,value})=>op==="leaf"?value:OPERATIONS[op](...args.map(evaluate));function sources({source,args}){return[...source?[source]:[],...args.flatMap(sources)]}function shownSources(expression){let isOpen=!1,visit=({op,source,args})=>op==="named"&&isOpen?[]:(isOpen||=op==="named",[...source?[source]:[],...args.flatMap(visit)]);return visit(expression)}function shorten(expression){let args=expression.args.map(shorten);if(!expression.over||args.length<=SHOWN+1)return{...expression,args};let isSum=expression.op==="add",weight=({value})=>isSum?-Math.abs(value):value,ranked=[...args].sort((a,b)=>weight(a)-weight(b)),kept=new Set(ranked.slice(0,SHOWN)),others=args.filter(arg=>!kept.has(arg)),rest={...leaf(OPERATIONS[expression.op](...others.map(({value})=>value))),rest:others.length};return{...expression,args:[...args.filter(arg=>kept.has(arg)),rest]}}var Cells=class{softmax(letter,count,n,body){let scores=this.sum(letter,count,body).args,highest=Math.max(...scores.map(({value})=>value)),shifted=a=>exp(highest>700?subtract(a,constant(highest)):a);return divide(shifted(body(n)),node("add",scores.map(shifted),{over:letter}))}},Numbers=class extends Cells{constructor(run,step){super(),Object.assign(this,{run,step,model:run.model,sizes:run.model.sizes,symbolic:!1})}now(name,...index){return this.cell(name,index,this.step)}before(name,...index){return this.step>0?this.cell(name,index,this.step-1):constant(0)}cell(name,index,step){let value=this.array(name,step)[flatten(index,this.run.shapeOf(name))];return leaf(value,"",{name,index,step})}array(name,step=this.step){return this.run.at(name,step)}weight(name,...index){let{weights,shapes}=this.model;return leaf(weights[name][flatten(index,shapes[name])])}sum(letter,over,body){return node("add",each(over).map(body),{over:letter})}product(letter,over,body){return node("multiply",each(over).map(body),{over:letter})}},each=over=>Array.isArray(over)?over:Array.from({length:over},(_,i)=>i),flatten=(index,shape)=>index.reduce((at,i,axis2)=>at*shape[axis2]+i,0),Letters=class extends Cells{constructor(model){super(),Object.assign(this,{model,sizes:model.sizes,symbolic:!0})}now(name,...index){return leaf(NaN,symbolOf(name,index,"t"))}before(name,...index){return leaf(NaN,symbolOf(name,index,"t−1"))}weight(name,...index){return leaf(NaN,symbolOf(name,index,""))}sum(letter,over,body){return node("add",[body(letter)],{over:letter})}product(letter,over,body){return node("multiply",[body(letter.split(" ")[0])],{over:letter})}};function joined({input},{read_vectors:read3}){let all=new Float64Array(input.length+read3.length);return all.set(input),all.set(read3,input.length),all}function joinedTerms(c,name,row2){let{input:F,heads:R,word:W}=c.sizes,place=(i,w)=>c.symbolic?"F+iW+w":F+i*W+w;return[c.sum("j",F,j=>multiply(c.weight(name,row2,j),c.now("input",j))),c.sum("i,w",R*W,at=>{let[i,w]=c.symbolic?["i","w"]:[Math.floor(at/W),at%W];return multiply(c.weight(name,row2,place(i,w)),c.before("read_vectors",i,w))})]}var GATES2=4,LSTM_LAYERS=new Map;function lstmLayer(layer,prefix){return LSTM_LAYERS.has(prefix)||LSTM_LAYERS.set(prefix,makeLayer(layer,prefix)),LSTM_LAYERS.get(prefix)}function makeLayer(layer,prefix){let[gates2,cell,hidden]=["gates","cell","hidden"].map(part=>`controller_${part}_${layer}`),below=`controller_hidden_${layer-1}`,[input,recurrent]=[`${prefix}weight_ih`,`${prefix}weight_hh`];return[{name:gates2,axes:"T 4 H",compute(now,before,{weights,sizes:{hidden:H}}){let out=Float64Array.from(weights[`${prefix}bias_ih`]),bias=weights[`${prefix}bias_hh`];for(let i=0;i<out.length;i++)out[i]+=bias[i];addProduct(out,weights[input],layer?now[below]:joined(now,before)),addProduct(out,weights[recurrent],before[hidden]);for(let i=0;i<out.length;i++)out[i]=i>=2*H&&i<3*H?Math.tanh(out[i]):sigmoid(out[i]);return out},explain(c,gate,unit){let{hidden:H}=c.sizes,row2=c.symbolic?unit:gate*H+unit,terms=layer?[c.sum("j",H,j=>multiply(c.weight(input,row2,j),c.now(below,j)))]:joinedTerms(c,input,row2);return apply2(gate===2?"tanh":"sigmoid",add(...terms,c.sum("l",H,l=>multiply(c.weight(recurrent,row2,l),c.before(hidden,l))),c.weight(`${prefix}bias_ih`,row2),c.weight(`${prefix}bias_hh`,row2)))}},{name:cell,axes:"T H",compute(now,before,{sizes:{hidden:H}}){let parts=now[gates2];return before[cell].map((kept,h)=>parts[H+h]*kept+parts[h]*parts[2*H+h])},explain:(c,h)=>add(multiply(c.now(gates2,1,h),c.before(cell,h)),multiply(c.now(gates2,0,h),c.now(gates2,2,h)))},{name:hidden,axes:"T H",compute(now,before,{sizes:{hidden:H}}){return now[cell].map((value,h)=>now[gates2][3*H+h]*Math.tanh(value))},explain:(c,h)=>multiply(c.now(gates2,GATES2-1,h),apply2("tanh",c.now(cell,h)))}]}var FEEDFORWARD={name:"controller_hidden_0",axes:"T H",compute(now,before,{weights}){let out=Float64Array.from(weights["cell.controller.0.bias"]);return addProduct(out,weights["cell.controller.0.weight"],joined(now,before)),out.map(Math.tanh)},explain:(c,h)=>apply2("tanh",add(...joinedTerms(c,"cell.controller.0.weight",h),c.weight("cell.controller.0.bias",h)))};function controllerFormulas({controller,sizes:{layers}}){if(controller==="feedforward")return[FEEDFORWARD];let prefix=layer=>layers>1?`cell.controller.layers.${layer}.`:"cell.controller.";return Array.from({length:layers},(_,layer)=>lstmLayer(layer,prefix(layer))).flat()}var hiddenName=({controller,sizes:{layers}})=>`controller_hidden_${controller==="feedforward"?0:layers-1}`,hiddenUnit=(c,h)=>c.now(c.symbolic?"controller_hidden":hiddenName(c.model),h),RANGES={number:()=>{},strength:part=>part.forEach((x,i)=>part[i]=oneplus(x)),fraction:part=>part.forEach((x,i)=>part[i]=sigmoid(x)),distribution:part=>{for(let from=0;from<part.length;from+=3)softmax(part,from,3)}},PARTS=[["read_keys","T R W","number"],["read_strengths","T R","strength"],["write_key","T W","number"],["write_strength","T","strength"],["erase_vector","T W","fraction"],["write_vector","T W","number"],["free_gates","T R","fraction"],["allocation_gate","T","fraction"],["write_gate","T","fraction"],["read_modes","T R 3","distribution"]],ASKED=PARTS.map(([name])=>name),WEIGHT="cell.interface.weight",BIAS="cell.interface.bias",stepSize=(axes,{heads:R,word:W})=>axes.split(" ").slice(1).reduce((size,axis2)=>size*({R,W}[axis2]??Number(axis2)),1),offsetOf=(name,sizes)=>PARTS.slice(0,ASKED.indexOf(name)).reduce((at,[,axes])=>at+stepSize(axes,sizes),0);function raw(c,row2){let{hidden:H}=c.sizes;return add(c.sum("q",H,q=>multiply(c.weight(WEIGHT,row2,q),hiddenUnit(c,q))),c.weight(BIAS,row2))}var INTERFACE=PARTS.map(([name,axes,range2])=>({name,axes,compute(now,before,model){let{weights,sizes}=model,first2=offsetOf(name,sizes),out=weights[BIAS].slice(first2,first2+stepSize(axes,sizes));return addProduct(out,weights[WEIGHT],now[hiddenName(model)],first2),RANGES[range2](out),out},explain(c,...index){let{word:W}=c.sizes,flat2=axes==="T R W"?index[0]*W+index[1]:index[0]??0,row2=at=>c.symbolic?"·":offsetOf(name,c.sizes)+at;if(range2==="distribution")return c.softmax("l",3,index[1],m=>raw(c,row2(3*index[0]+m)));let value=raw(c,row2(flat2));return range2==="number"?value:apply2(range2==="fraction"?"sigmoid":"oneplus",value)}}));var NORM_EPSILON=1e-6,TIE=2**-33,[BACKWARD,CONTENT,FORWARD2]=[0,1,2];function lookUp(memory3,keys,strengths,{locations:N,word:W}){let found=new Float64Array(strengths.length*N),norms=new Float64Array(N);for(let n=0;n<N;n++)norms[n]=norm(memory3,n*W,W);for(let head=0;head<strengths.length;head++){let keyNorm=norm(keys,head*W,W);for(let n=0;n<N;n++){let dot=0;for(let w=0;w<W;w++)dot+=keys[head*W+w]*memory3[n*W+w];found[head*N+n]=strengths[head]*(dot/(keyNorm*norms[n]))}softmax(found,head*N,N)}return found}function norm(vectors,from,count){let squares=0;for(let i=from;i<from+count;i++)squares+=vectors[i]*vectors[i];return Math.sqrt(squares+NORM_EPSILON)}function explainLookUp(c,n,key,memoryAt,strength){let{locations:N,word:W}=c.sizes,length=cell=>root(add(c.sum("w",W,w=>square(cell(w))),leaf(NORM_EPSILON,"<mi>ε</mi>"))),cosine=at=>named(c.symbolic&&similarityOf(key().symbol,memoryAt(at).symbol),divide(c.sum("w",W,w=>multiply(key(w),memoryAt(at,w))),multiply(length(key),length(w=>memoryAt(at,w)))));return c.softmax("j",N,n,at=>multiply(strength,cosine(at)))}function freeList(used){let rounded=used.map(value=>Math.round(value/TIE));return Uint32Array.from(used,(_,n)=>n).sort((a,b)=>rounded[a]-rounded[b])}var usage={name:"usage",axes:"T N",compute(now,before,{sizes:{heads:R,locations:N}}){let out=new Float64Array(N),{usage:used,write_weighting:written,read_weighting:read3}=before;for(let n=0;n<N;n++){let kept=1;for(let head=0;head<R;head++)kept*=1-now.free_gates[head]*read3[head*N+n];out[n]=(used[n]+(1-used[n])*written[n])*kept}return out},explain(c,n){let used=c.before("usage",n),kept=c.product("i",c.sizes.heads,i=>subtract(constant(1),multiply(c.now("free_gates",i),c.before("read_weighting",i,n)))),written=c.before("write_weighting",n);return multiply(subtract(add(used,written),multiply(used,written)),kept)}},allocation={name:"allocation_weighting",axes:"T N",compute(now,before,{sizes:{locations:N}}){let out=new Float64Array(N),taken=1;for(let n of freeList(now.usage))out[n]=(1-now.usage[n])*taken,taken*=now.usage[n];return out},explain(c,n){let list=c.symbolic?[]:[...freeList(c.array("usage"))],ahead=c.product("j ≺ n",list.slice(0,list.indexOf(n)),j=>c.now("usage",j));return multiply(subtract(constant(1),c.now("usage",n)),ahead)},note:"j ≺ n: location j is less used than n, or as much with a lower number."},writeContent={name:"write_content_weighting",axes:"T N",compute:(now,before,{sizes})=>lookUp(before.memory,now.write_key,now.write_strength,sizes),explain:(c,n)=>explainLookUp(c,n,(...w)=>c.now("write_key",...w),(...jw)=>c.before("memory",...jw),c.now("write_strength"))},write={name:"write_weighting",axes:"T N",compute(now,before,{sizes:{locations:N}}){let out=new Float64Array(N),[gate]=now.write_gate,[fresh]=now.allocation_gate,{allocation_weighting:free,write_content_weighting:found}=now;for(let n=0;n<N;n++)out[n]=gate*(fresh*free[n]+(1-fresh)*found[n]);return out},explain(c,n){let fresh=c.now("allocation_gate");return multiply(c.now("write_gate"),add(multiply(fresh,c.now("allocation_weighting",n)),multiply(subtract(constant(1),fresh),c.now("write_content_weighting",n))))}},memory={name:"memory",axes:"T N W",compute(now,before,{sizes:{locations:N,word:W}}){let out=new Float64Array(N*W),{write_weighting:weights,erase_vector:erase,write_vector:added}=now;for(let n=0,at=0;n<N;n++)for(let w=0;w<W;w++,at++)out[at]=before.memory[at]*(1-weights[n]*erase[w])+weights[n]*added[w];return out},explain(c,n,w){let weight=c.now("write_weighting",n);return add(multiply(c.before("memory",n,w),subtract(constant(1),multiply(weight,c.now("erase_vector",w)))),multiply(weight,c.now("write_vector",w)))}},link={name:"link",axes:"T N N",letters:["i","j"],compute(now,before,{sizes:{locations:N}}){let out=new Float64Array(N*N),{write_weighting:written}=now,{link:linked,precedence:last}=before;for(let i=0,at=0;i<N;i++){for(let j=0;j<N;j++,at++){let kept=Math.max(0,1-written[i]-written[j]);out[at]=kept*linked[at]+written[i]*last[j]}out[i*N+i]=0}return out},explain(c,i,j){if(i===j)return constant(0);let kept=subtract(subtract(constant(1),c.now("write_weighting",i)),c.now("write_weighting",j));return add(multiply(nonnegative(kept),c.before("link",i,j)),multiply(c.now("write_weighting",i),c.before("precedence",j)))},note:"A location is never linked to itself: L[i, i] = 0."},precedence={name:"precedence",axes:"T N",compute(now,before,{sizes:{locations:N}}){let{write_weighting:written}=now,total=0;for(let n=0;n<N;n++)total+=written[n];let kept=Math.max(0,1-total);return before.precedence.map((last,n)=>kept*last+written[n])},explain(c,n){let total=c.sum("j",c.sizes.locations,j=>c.now("write_weighting",j));return add(multiply(nonnegative(subtract(constant(1),total)),c.before("precedence",n)),c.now("write_weighting",n))}},forward={name:"forward_weighting",axes:"T R N",compute(now,before,{sizes:{heads:R,locations:N}}){let out=new Float64Array(R*N);for(let from=0;from<R*N;from+=N)addProduct(out.subarray(from,from+N),now.link,before.read_weighting.subarray(from,from+N));return out},explain:(c,i,n)=>c.sum("j",c.sizes.locations,j=>multiply(c.now("link",n,j),c.before("read_weighting",i,j)))};function weightedRows(weightings,matrix,heads,locations,width){let out=new Float64Array(heads*width);for(let head=0;head<heads;head++)for(let n=0;n<locations;n++){let weight=weightings[head*locations+n],[to,from]=[head*width,n*width];for(let w=0;w<width;w++)out[to+w]+=weight*matrix[from+w]}return out}var backward={name:"backward_weighting",axes:"T R N",compute:(now,before,{sizes:{heads:R,locations:N}})=>weightedRows(before.read_weighting,now.link,R,N,N),explain:(c,i,n)=>c.sum("j",c.sizes.locations,j=>multiply(c.now("link",j,n),c.before("read_weighting",i,j)))},readContent={name:"read_content_weighting",axes:"T R N",compute:(now,before,{sizes})=>lookUp(now.memory,now.read_keys,now.read_strengths,sizes),explain:(c,i,n)=>explainLookUp(c,n,(...w)=>c.now("read_keys",i,...w),(...jw)=>c.now("memory",...jw),c.now("read_strengths",i))},read={name:"read_weighting",axes:"T R N",compute(now,before,{sizes:{heads:R,locations:N}}){let out=new Float64Array(R*N),{read_modes:modes,read_content_weighting:found}=now,{backward_weighting:back,forward_weighting:ahead}=now;for(let head=0,at=0;head<R;head++)for(let n=0;n<N;n++,at++)out[at]=modes[3*head+BACKWARD]*back[at]+modes[3*head+CONTENT]*found[at]+modes[3*head+FORWARD2]*ahead[at];return out},explain:(c,i,n)=>add(multiply(c.now("read_modes",i,BACKWARD),c.now("backward_weighting",i,n)),multiply(c.now("read_modes",i,CONTENT),c.now("read_content_weighting",i,n)),multiply(c.now("read_modes",i,FORWARD2),c.now("forward_weighting",i,n)))},readVectors={name:"read_vectors",axes:"T R W",compute:(now,before,{sizes:{heads:R,locations:N,word:W}})=>weightedRows(now.read_weighting,now.memory,R,N,W),explain:(c,i,w)=>c.sum("n",c.sizes.locations,n=>multiply(c.now("memory",n,w),c.now("read_weighting",i,n)))},output={name:"output",axes:"T D",compute(now,before,model){let out=Float64Array.from(model.weights["output.bias"]),hidden=now[hiddenName(model)],width=hidden.length+now.read_vectors.length;return addProduct(out,model.weights["output.weight"],hidden,0,width),addProduct(out,model.weights["output.weight"],now.read_vectors,0,width,hidden.length),out},explain(c,d){let{hidden:H,heads:R,word:W}=c.sizes,weight=at=>c.weight("output.weight",d,at);return add(c.sum("q",H,q=>multiply(weight(q),hiddenUnit(c,q))),c.sum("i,w",R*W,at=>{let[i,w]=c.symbolic?["i","w"]:[Math.floor(at/W),at%W];return multiply(weight(c.symbolic?"i,w":H+at),c.now("read_vectors",i,w))}),c.weight("output.bias",d))}},FORMULAS=[...INTERFACE,usage,allocation,writeContent,write,memory,link,precedence,forward,backward,readContent,read,readVectors,output],NEEDS_WEIGHTS=[...ASKED,"output"],formulasOf=model=>model.weights?[...controllerFormulas(model),...FORMULAS]:FORMULAS.filter(({name})=>!NEEDS_WEIGHTS.includes(name));var Run=class{constructor(about,given){Object.assign(this,about,{given})}has(name){return name in this.arrays}names(wanted){return Object.keys(this.arrays).filter(name=>wanted(this.arrays[name]))}shapeOf(name){return this.arrays[name].shape.slice(1)}size(name){return product(this.shapeOf(name))}at(name,step){let size=this.size(name),start=Math.min(step,this.steps-1)*size;return this.given[name].subarray(start,start+size)}},Difference=class extends Run{constructor(left,right){let arrays={};for(let[name,row2]of Object.entries(left.arrays)){let other=right.arrays[name];if(!other||`${row2.shape.slice(1)}`!=`${other.shape.slice(1)}`)continue;let extent=Math.max(row2.high,other.high)-Math.min(row2.low,other.low);arrays[name]={...row2,low:-extent,high:extent}}let{locations,word,heads,order,kind,answer}=left,label=`${left.label} − ${right.label}`,steps=Math.max(left.steps,right.steps);super({locations,word,heads,order,kind,answer,label,steps,arrays}),Object.assign(this,{left,right,signed:!0})}at(name,step){let other=this.right.at(name,step);return Float64Array.from(this.left.at(name,step),(value,i)=>value-other[i])}};var KEPT_BYTES=64e6,STATE_EVERY=16,RECOMPUTED=["memory","link"];function weightShapes({controller,sizes}){let{input:F,output:D,hidden:H,heads:R,word:W,layers}=sizes,shapes={"cell.interface.weight":[W*R+3*W+5*R+3,H],"cell.interface.bias":[W*R+3*W+5*R+3],"output.weight":[D,H+R*W],"output.bias":[D]};if(controller==="feedforward")return{...shapes,"cell.controller.0.weight":[H,F+R*W],"cell.controller.0.bias":[H]};if(controller!=="lstm")throw new Error(`The controller must be 'lstm' or 'feedforward', but is '${controller}'.`);for(let layer=0;layer<layers;layer++){let prefix=layers>1?`cell.controller.layers.${layer}.`:"cell.controller.";shapes[`${prefix}weight_ih`]=[4*H,layer?H:F+R*W],shapes[`${prefix}weight_hh`]=[4*H,H],shapes[`${prefix}bias_ih`]=shapes[`${prefix}bias_hh`]=[4*H]}return shapes}function checkModel(model){let{shapes}=model,expected=weightShapes(model);for(let name of new Set([...Object.keys(expected),...Object.keys(shapes)])){let[wanted,found]=[expected,shapes].map(one=>one[name]&&`[${one[name]}]`);if(wanted!==found)throw new Error(`The weights '${name}' must be ${wanted??"absent"}, but are ${found??"absent"}: they are those of a model of other sizes.`);if(!model.weights[name].every(Number.isFinite))throw new Error(`The weights '${name}' hold NaN or infinity.`)}return model}var Simulation=class _Simulation extends Run{constructor(model,sequence,earlier=null){let{input,target,mask,given,disturbance=UNDISTURBED,order,...about}=sequence,{input:F,word,heads}=model.sizes,steps=checkSequence(sequence,F);if(disturbance.options&&!sequence.agent)throw new Error("There is no environment here that could begin an episode with options.");let locations=disturbance.locations??model.sizes.locations,sizes={...model.sizes,locations},letters={T:steps,F,D:sizes.output,N:locations,W:word,R:heads};check(disturbance,model.table,{...letters,N:model.sizes.locations}),super({label:"",keptBytes:KEPT_BYTES,...about,steps,locations,word,heads,order:order?.length===locations?order:Array.from({length:locations},(_,i)=>i),disturbance,model:{...model,sizes},original:model,sequence},Object.fromEntries(Object.entries({...given,input,target,mask}).filter(([,values])=>values))),this.formulas=formulasOf(this.model),this.stepShapes={};for(let[name,{axes,optional}]of Object.entries(model.table))optional||(this.stepShapes[name]=stepShape({axes},letters));for(let{name,axes}of this.formulas)this.stepShapes[name]??=stepShape({axes},{...letters,H:sizes.hidden});this.restored={},this.run(earlier),this.arrays=this.rows(model.table)}disturbed(disturbance,sequence={}){let changed={...this.sequence,...sequence,disturbance};return new _Simulation(this.original,changed,this)}run(earlier){let{steps,locations:N,word:W}=this;this.thin=8*steps*N*(N+W)>this.keptBytes,this.history=this.reusable(earlier);let first2=this.history.length,before=this.zeros();if(first2){before={...this.history[first2-1]};for(let name of RECOMPUTED)before[name]=earlier.at(name,first2-1)}for(let step=first2;step<steps;step++){let now=this.advance(step,before);if(this.history.push(now),this.thin&&step>0&&(step-1)%STATE_EVERY)for(let name of RECOMPUTED)this.history[step-1][name]=void 0;before=now}}reusable(earlier){return earlier&&earlier.original===this.original&&earlier.locations===this.locations&&earlier.sequence.input===this.sequence.input?earlier.history.slice(0,firstChange(earlier.disturbance,this.disturbance)):[]}zeros(){return Object.fromEntries(this.formulas.map(({name})=>[name,new Float64Array(product(this.stepShapes[name]))]))}advance(step,before){let now={};for(let name of Object.keys(this.given))now[name]=this.edited(name,step,this.recorded(name,step));for(let{name,compute}of this.formulas){let values=this.edited(name,step,compute(now,before,this.model)),total=0;for(let i=0;i<values.length;i++)total+=values[i];if(!Number.isFinite(total)&&!values.every(Number.isFinite))throw new Error(`The ${this.disturbance.edits.length?"disturbance":"model"} drives ${name} to NaN or infinity at step ${step}. Use smaller values.`);now[name]=values}return now}edited(name,step,values){return apply(this.disturbance,name,step,values,this.stepShapes[name])}recorded(name,step){let size=this.given[name].length/this.steps;return this.given[name].slice(step*size,(step+1)*size)}shapeOf(name){return this.stepShapes[name]??super.shapeOf(name)}at(name,step){return step=Math.min(step,this.steps-1),this.history[step][name]??this.restore(name,step)}restore(name,step){let{compute}=FORMULAS.find(formula=>formula.name===name),known=step;for(;!this.history[known][name]&&this.restored[name]?.step!==known;)known--;let values=this.history[known][name]??this.restored[name].values;for(;known<step;){let before={...this.history[known],[name]:values};known++,values=this.edited(name,known,compute(this.history[known],before,this.model))}return this.restored[name]={step,values},values}rows(table){let rows={};for(let[name,row2]of Object.entries(table)){if(!(name in this.history[0]))continue;let size=this.history[0][name].length,shape=this.stepShapes[name]??row2.shape?.slice(1)??[size],[low,high]=["number","strength"].includes(row2.kind)?this.range(name):[0,1];rows[name]={...row2,shape:[this.steps,...shape],low,high}}return rows}range(name){let[low,high]=[1/0,-1/0];for(let{[name]:values}of this.history)for(let i=0;values&&i<values.length;i++)values[i]<low&&(low=values[i]),values[i]>high&&(high=values[i]);return low<=high?[low,high]:[0,1]}};function checkSequence({input,mask,target},F){let steps=input.length/F;if(!Number.isInteger(steps)||steps<1)throw new Error(`The input must have ${F} numbers at each of one or more steps, but has ${input.length}.`);let wrong=input.findIndex(value=>!Number.isFinite(value));if(wrong>=0)throw new Error(`The input holds NaN or infinity at step ${Math.floor(wrong/F)}.`);if(mask&&mask.length!==steps)throw new Error(`The mask must have ${steps} steps, but has ${mask.length}.`);if(target&&target.length%steps)throw new Error(`The target must have ${steps} steps, but has ${target.length} numbers.`);return steps}var LONGEST2=30;function forward2(layers,input){return layers.reduce((values,{weight,bias,slope})=>{let out=Float64Array.from(bias);return addProduct(out,weight,values),slope===null?out:out.map(x=>x<0?slope*x:x)},input)}var optionsOf=({sign:sign2,length})=>({sign:sign2,distance:length});function begin(maze,options){let{sign:sign2,distance:distance2,...others}={...optionsOf(maze),...options},[unknown]=Object.keys(others);if(unknown!==void 0)throw new Error(`The T-maze has the options sign and distance, but not '${unknown}'.`);if(!(sign2 in SIDES))throw new Error(`sign must be 1 (left) or 2 (right), got ${sign2}.`);if(distance2<1)throw new Error(`distance must be at least 1 step, got ${distance2}.`);return{sign:sign2,length:distance2}}var limitOf=(length,longest)=>4*Math.max(length,longest),Episode=class _Episode extends Simulation{constructor(model,{agent,own,disturbance,...about}){let maze=begin(own,disturbance.options),limit=limitOf(maze.length,Math.max(agent.longest,LONGEST2)),input=new Float64Array(limit*model.sizes.input);super(model,{...about,agent,own,maze,disturbance,input,target:null,mask:null,given:{}})}disturbed(disturbance){return new _Episode(this.original,{...this.sequence,disturbance})}range(name){return name==="reward"?[-1,1]:super.range(name)}run(){let{agent,given}=this,{sign:sign2,length}=this.maze,world=new TMaze(sign2,length,limitOf(length,agent.longest)),features=this.model.sizes.input;this.history=[],this.scenes=[world.scene()];let before=this.zeros();for(;!world.over;){let step=this.history.length,observation=Float64Array.from(world.observe());given.input.set(forward2(agent.encoder,observation),step*features);let now=this.advance(step,before),probabilities=forward2(agent.actor,now.output);softmax(probabilities,0,probabilities.length);let action=probabilities.indexOf(Math.max(...probabilities)),reward=world.step(action);this.history.push(Object.assign(now,{observation,action:Float64Array.of(action),action_probabilities:probabilities,reward:Float64Array.of(reward),value:forward2(agent.critic,now.output)})),this.scenes.push(world.scene()),before=now}this.steps=this.history.length,this.outcome=world.outcome,this.correct=world.correct}};var edits_exports={};__export(edits_exports,{History:()=>History,STATE:()=>STATE,add:()=>add2,asPython:()=>asPython,describe:()=>describe,groups:()=>groups,inPython:()=>inPython,nameCell:()=>nameCell,pasted:()=>pasted,remove:()=>remove,when:()=>when});var LONGEST_PAST=200,History=class{constructor(disturbance){this.now=disturbance,this.past=[],this.future=[],this.gesture=null}change(next,gesture=null){format(next)!==format(this.now)&&((gesture===null||gesture!==this.gesture)&&(this.past=[...this.past,this.now].slice(-LONGEST_PAST),this.future=[]),this.gesture=gesture,this.now=next)}undo(){return this.step(this.past,this.future)}redo(){return this.step(this.future,this.past)}step(from,to){return from.length===0?!1:(to.push(this.now),this.now=from.pop(),this.gesture=null,!0)}},same=(a,b)=>a.length===b.length&&a.every((one,i)=>one===b[i]),sameSteps=(a,b)=>a.first===b.first&&a.last===b.last,samePlace=(a,b)=>a.name===b.name&&same(a.index,b.index)&&sameSteps(a,b);function add2(disturbance,edits){let kept=disturbance.edits.filter(old=>!edits.some(edit=>samePlace(old,edit)));return{...disturbance,edits:[...kept,...edits]}}function remove(disturbance,edits){return{...disturbance,edits:disturbance.edits.filter(edit=>!edits.includes(edit))}}var refines=(edit,whole)=>edit.name===whole.name&&sameSteps(edit,whole)&&edit.index.length===whole.index.length+1&&same(edit.index.slice(0,-1),whole.index),STATE="memory usage link precedence write_weighting read_weighting read_vectors".split(" "),TOGETHER=[[["write_content_weighting","read_content_weighting"],"nothing is found by content"],[STATE,"all that is kept from step to step is wiped"]],isSilence=(edit,name)=>edit?.name===name&&edit.index.length===0&&edit.value===0,togetherOf=edits=>TOGETHER.find(([names])=>names.every((name,i)=>isSilence(edits[i],name)&&sameSteps(edits[i],edits[0])));function groups(edits){let found=[];for(let rest=edits;rest.length;rest=rest.slice(found.at(-1).length)){let[one,next]=rest,isPair=next?.name==="read_modes"&&refines(next,one);found.push(rest.slice(0,togetherOf(rest)?.[0].length??(isPair?2:1)))}return found}function when({first:first2,last}){return last===null?first2===0?"at all steps":`from step ${first2} on`:first2===last?`at step ${first2}`:`at steps ${first2} to ${last}`}var SILENCES={link:"all links are cut",usage:"all locations look unused",write_content_weighting:"the write finds nothing by content",read_content_weighting:"reading finds nothing by content",read_weighting:"no head reads"};function describe(group2,table,axes){let time=when(group2[0]),text2=togetherOf(group2)?.[1]??(group2.length===2?describeModes(group2,table,axes):describeOne(group2[0],table,axes)),{name,index}=group2.at(-1);return`${time}: ${text2}${inPython(name,index,axes)}`}var inPython=(name,index,{simple})=>simple&&index.length?` (${name}[${index.join(", ")}])`:"",nameHead=(head,{shape},axes)=>shape[1]>1?`head ${axes.count(head)}`:"the head";function describeModes([whole,part],{read_modes:row2},axes){let[head,mode]=part.index,reads=`${nameHead(head,row2,axes)} reads ${row2.columns[mode]}`;return part.value===1&&whole.value===0?`${reads} alone`:`${reads} with ${show(part.value)}, the other ways with ${show(whole.value)}`}function describeOne(edit,table,axes){let{name,index,value}=edit,silent=value===0,number2=location2=>axes.number("N",location2);if(name==="memory"&&index.length===1)return`location ${number2(index[0])} is ${silent?"wiped":show(value)}`;if(name==="link"&&index.length===2){let pair=`from location ${number2(index[1])} to ${number2(index[0])}`;return silent?`the link ${pair} is cut`:`the link ${pair} is ${show(value)}`}return name==="read_weighting"&&index.length===1&&silent?`${nameHead(index[0],table[name],axes)} reads nothing`:name in SILENCES&&index.length===0&&silent?SILENCES[name]:`${nameCell(name,index,table,axes)} is ${show(value)}`}function nameCell(name,index,table,axes){let{axes:dimensions2,label,columns,shape}=table[name],letters=dimensions2.split(" ").slice(1),words=[label];return index.forEach((at,i)=>{letters[i]==="R"?words.push(...shape[i+1]>1?[`of head ${axes.count(at)}`]:[]):letters[i]==="N"?words.push(`in location ${axes.number("N",at)}`):letters[i]==="W"?words.push(`at position ${axes.count(at)}`):columns.length&&i===letters.length-1?words.push(columns[at]):words.push(axes.count(at))}),words.join(" ")}var asPython=(text2,isAgent=!1)=>`${isAgent?"agent.player(":"MemoryPlayer(model, input, task=task, "}disturbance="${text2}")`,pasted=line3=>(/disturbance\s*=\s*(["'])(.*)\1/.exec(line3)?.[2]??line3).trim();var AgentControls=class{constructor(player){this.player=player,this.lab=player.laboratory,this.signs=[LEFT,RIGHT].map(sign2=>{let title=`The sign points ${SIDES[sign2]}`;return press(`sign-${SIDES[sign2]}`,title,SIDES[sign2],()=>this.change({sign:sign2}))}),this.length=element("input",{type:"range",min:1,max:LONGEST2,"aria-label":"length of the corridor","data-action":"corridor",oninput:()=>{this.dragging??=Symbol("corridor"),this.change({distance:Number(this.length.value)},this.dragging)},onchange:()=>this.dragging=null}),this.count=element("output",{}),this.wipe=press("wipe-memory","Set all locations to 0 after this step","",()=>this.forget(["memory"]));let all="Set all that it keeps to 0: memory, usage, links, weightings, and what it read";this.wipeAll=press("wipe-all",all,"Wipe all that it keeps",()=>this.forget(STATE)),this.verdict=element("p",{class:"mp-turns",role:"status"});let row2=(...parts)=>element("div",{class:"mp-tools"},...parts),signs=element("span",{class:"mp-group-of",role:"group","aria-label":"sign"},...this.signs);this.root=element("section",{class:"mp-agent","aria-label":"maze and memory of the agent"},row2(element("span",{class:"mp-named"},"sign",signs),element("label",{},"corridor ",this.length,this.count),this.wipe,this.wipeAll));let{parentNode}=this.lab.list;parentNode.prepend(this.root),parentNode.append(this.verdict),this.follow()}change(changes,gesture=null){let{lab}=this,own=optionsOf(lab.run.own),options={...own,...lab.now.options,...changes},isOwn=Object.keys(own).every(name=>options[name]===own[name]);lab.propose({...lab.now,options:isOwn?null:options},gesture)}forget(names){let{step}=this.player,when2={index:[],first:step,last:step,value:0};this.lab.edit(names.map(name=>({name,...when2})))}follow(){this.wipe.textContent=`Wipe its memory at step ${this.player.step}`;let{run}=this.lab;if(run===this.told)return;this.told=run;let{sign:sign2,length}=run.maze;this.signs.forEach((one,i)=>one.setAttribute("aria-pressed",String([LEFT,RIGHT][i]===sign2))),this.length.value=length,this.count.textContent=` ${length} ${length===1?"step":"steps"}`;let turns=tellTurns(run).flatMap(({text:text2,correct})=>[element("span",{"data-correct":correct},text2)," "]);this.verdict.replaceChildren(...turns)}};function tellTurns(run){let turns=[LEFT,RIGHT].map(sign2=>{let options={...optionsOf(run.maze),sign:sign2},{outcome,correct}=sign2===run.maze.sign?run:run.disturbed({...run.disturbance,options}),turn=`turns ${outcome}, ${correct?"correctly":"wrongly"}`,does=outcome==="late"?"doesn't turn in time":turn;return{outcome,correct,text:`Sign ${SIDES[sign2]}: it ${does}.`}});return turns[0].outcome===turns[1].outcome&&turns.push({text:"So the sign makes no difference to it."}),turns}function numbers(buffer,{type,offset,shape}){return new(type==="f8"?Float64Array:Float32Array)(buffer,offset,product(shape))}function read2(header,view){let buffer=view.buffer.slice(view.byteOffset,view.byteOffset+view.byteLength);if(header.film){let frames=header.film.frames.map(frame=>readFrame(header.runs[0],frame,buffer));return{model:null,runs:[],frames}}let model=header.model?readModel(header,buffer):null;return{model,runs:header.runs.map(run=>readRun(run,buffer,model,header))}}function readModel({model,runs},buffer){let weights={};for(let[name,row2]of Object.entries(model.weights))weights[name]=Float64Array.from(numbers(buffer,row2));let shapes=Object.fromEntries(Object.entries(model.weights).map(([name,{shape}])=>[name,shape]));return checkModel({...model,weights,shapes,table:runs[0].arrays})}function readFrame(last,{places,...own},buffer){let arrays={};for(let[name,row2]of Object.entries(last.arrays))arrays[name]={...row2,...places[name]},places[name]||delete arrays[name].offset;let about={...last,...own,arrays},run=null,open=()=>{run=readRun(about,buffer,null,{});for(let[name,{low,high}]of Object.entries(arrays))Object.assign(run.arrays[name],{low,high});return run};return{recorded:new Run(about,givenOf(about,buffer)),get run(){return run??open()}}}function givenOf({arrays},buffer){let rows=Object.entries(arrays).filter(([,row2])=>"offset"in row2);return Object.fromEntries(rows.map(([name,row2])=>[name,numbers(buffer,row2)]))}function readEpisode({agent},buffer,model,about){let layers=list=>list.map(({weight,bias,slope})=>({weight:Float64Array.from(numbers(buffer,weight)),bias:Float64Array.from(numbers(buffer,bias)),slope})),[encoder,actor,critic]=[agent.encoder,agent.actor,agent.critic].map(layers),longest=agent.options.corridor_length[1];return new Episode(model,{...about,agent:{encoder,actor,critic,longest},own:agent.maze})}function readRun({follows,disturbance,scenes,...about},buffer,model,header){let given=givenOf(about,buffer);if(about.scenes=scenes?unpackScenes(scenes):null,!follows)return new Run(about,given);let{input,target,mask,...recorded}=given,sequence={...about,input,target,mask,given:recorded};if(follows==="model"){let edits2=parse(header.disturbance??"");return header.agent?readEpisode(header,buffer,model,{...about,disturbance:edits2}):new Simulation(model,{...sequence,disturbance:edits2})}let{arrays,locations,word,heads}=about,sizes={locations,word,heads,input:arrays.input.shape[1]};sizes.output=arrays.output.shape[1];let edits={...UNDISTURBED,edits:parse(disturbance).edits};return new Simulation({sizes,weights:null,table:arrays},{...sequence,disturbance:edits})}var CALLED={N:"location",H:"unit",W:"position"},FRACTIONS=["fraction","weighting","distribution","links"],WRITTEN=.1,isLetter=dimension=>/^[A-Z]$/.test(dimension)&&!"FDA".includes(dimension),dimensions=({axes})=>axes.split(" ").slice(1);function sizesOf2(run){let sizes={};for(let row2 of Object.values(run.arrays))dimensions(row2).forEach((letter,i)=>{isLetter(letter)&&(sizes[letter]=row2.shape[i+1])});return sizes}function formOf(run,name){let list=dimensions(run.arrays[name]),[first2,second]=list,contents=new Set(Object.values(run.arrays).map(dimensions).filter(one=>one.length===2&&one.every(isLetter)&&!one.includes("R")).filter(([place,content])=>place!==content).map(([,content])=>content));return list.length===0||first2==="R"&&!isLetter(second??"3")?"few":list.length===1?isLetter(first2)?contents.has(first2)?"vector":"places":"other":list.length>2||!list.every(isLetter)?"other":first2==="R"?contents.has(second)?"vectors":"heads":first2===second?"pairs":"words"}var placesOf=(run,name)=>dimensions(run.arrays[name]).filter(one=>one!=="R")[0];function byPlaces(run,names){let groups2=new Map;for(let name of names){let letter=placesOf(run,name);groups2.set(letter,[...groups2.get(letter)??[],name])}return groups2}var isFraction=({kind})=>FRACTIONS.includes(kind),isDuration=({kind})=>kind==="duration";function subscript(run,name,index){let indices=indicesOf(run.shapeOf(name),index);return indices.length?`${name}[${indices.join(", ")}]`:name}function firstWriteOrder(run){let count=run.locations,peak2=new Float64Array(count),first2=new Array(count).fill(run.steps),weight=(step,i)=>run.at("write_weighting",step)[i]||0;for(let step=0;step<run.steps;step++)for(let i=0;i<count;i++)peak2[i]=Math.max(peak2[i],weight(step,i));for(let step=run.steps-1;step>=0;step--)for(let i=0;i<count;i++)peak2[i]>=WRITTEN&&weight(step,i)>=peak2[i]/2&&(first2[i]=step);return Array.from(first2.keys()).sort((a,b)=>first2[a]-first2[b]||a-b)}var axis=(kind,count)=>({kind,count}),named2=(kind,names)=>({kind,count:names.length,names}),Axes=class{constructor(run,simple,order){this.sizes=sizesOf2(run),this.simple=simple,this.order=order}of(letter){let count=this.sizes[letter],list=[...letter==="N"&&this.order?this.order:Array.from({length:count}).keys()],names=list.map((place,i)=>String(this.simple?i+1:place)),titles=this.simple?list.map(place=>`${place} in Python`):void 0;return{kind:letter,shared:!0,count,places:list,names,titles}}say(letter,row2){return`${CALLED[letter]??"place"} ${this.of(letter).names[row2]}`}count=index=>this.simple?index+1:index;number(letter,place){let{places,names}=this.of(letter);return names[places.indexOf(place)]}};var hasBits=run=>run.answer==="bits"&&run.has("output")&&run.has("target");function answerAt(run,step){if(run.signed){let right=answerAt(run.right,step);return answerAt(run.left,step).map((value,i)=>value-right[i])}return Float64Array.from(run.at("output",step),logit=>1/(1+Math.exp(-logit)))}function isAsked(run,step){return run.signed?!0:run.has("mask")?run.at("mask",step)[0]>0:run.at("target",step).some(bit=>bit!==0)}function isWrong(run,step,bit){if(run.signed||!isAsked(run,step))return!1;let logit=run.at("output",step)[bit];return Number.isNaN(logit)||logit>0!=run.at("target",step)[bit]>.5}function countWrong(run){if(!hasBits(run))return null;let bits=run.size("output"),[wrong,asked]=[0,0];for(let step=0;step<run.steps;step++)if(isAsked(run,step)){asked+=bits;for(let bit=0;bit<bits;bit++)wrong+=isWrong(run,step,bit)}return{wrong,asked}}var CIVIDIS="00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838",BLUE_TO_RED="053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 d05548 ba2832 930e26 67001f",anchors=text2=>text2.split(" ").map(hex=>[0,2,4].map(i=>parseInt(hex.slice(i,i+2),16)));function palette(text2){let stops=anchors(text2),words=new Uint32Array(256);for(let i=0;i<256;i++){let place=i/255*(stops.length-1),low=Math.min(Math.floor(place),stops.length-2),[red,green,blue]=stops[low].map((from,channel)=>Math.round(from+(place-low)*(stops[low+1][channel]-from)));words[i]=255<<24|blue<<16|green<<8|red}return words}var PALETTES={sequential:palette(CIVIDIS),diverging:palette(BLUE_TO_RED)},gradient=kind=>`linear-gradient(to right, ${(kind==="diverging"?BLUE_TO_RED:CIVIDIS).split(" ").map(hex=>"#"+hex).join(", ")})`,between=(low,high)=>({kind:"sequential",low,high:high>low?high:low+1}),around=extent=>({kind:"diverging",low:-(extent||1),high:extent||1}),UNIT=between(0,1);var NOTED=.1,Panel=class{constructor(player,options){Object.assign(this,options),this.player=player;let canvas=this.canvas=element("canvas",{width:this.columns.count,height:this.rows.count,tabindex:"0",role:"application","aria-roledescription":"heatmap","aria-label":`${this.title}: ${this.rows.count} by ${this.columns.count}. Arrow keys move from cell to cell.`,"data-panel":this.name});this.context=canvas.getContext("2d",{alpha:!0}),this.image=this.context.createImageData(this.columns.count,this.rows.count),this.words=new Uint32Array(this.image.data.buffer),this.cell=null,this.marks=element("div",{class:"mp-marks"}),this.lights=element("div",{class:"mp-marks"}),this.frame=element("div",{class:"mp-frame"},canvas,this.marks,this.lights),canvas.addEventListener("pointermove",event=>this.point(event)),canvas.addEventListener("pointerleave",()=>player.select(null)),canvas.addEventListener("focus",()=>this.choose(this.cell??[0,0])),canvas.addEventListener("blur",()=>player.select(null)),canvas.addEventListener("keydown",event=>this.key(event)),canvas.addEventListener("click",event=>{this.choose(this.place(event)),player.tellCell(this,event)})}draw(step){let value=this.cells(step),{kind,low,high}=this.scale(),colours=PALETTES[kind],factor=255/(high-low),{words}=this,width=this.columns.count;for(let row2=0,place=0;row2<this.rows.count;row2++)for(let column2=0;column2<width;column2++,place++){let number2=value(row2,column2),index=(number2-low)*factor;words[place]=number2!==number2?0:colours[index<0?0:index>255?255:index+.5|0]}this.context.putImageData(this.image,0,0)}place(event){let box=this.canvas.getBoundingClientRect(),at=(offset,length,count)=>Math.max(0,Math.min(count-1,Math.floor(offset/length*count)));return[at(event.clientY-box.top,box.height,this.rows.count),at(event.clientX-box.left,box.width,this.columns.count)]}point(event){this.choose(this.place(event))}choose(cell){this.cell=cell,this.player.select(this)}key(event){let move={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[0,-1],ArrowRight:[0,1]};if(event.ctrlKey||event.metaKey||event.altKey||!(event.key in move)&&event.key!=="Enter")return;if(event.preventDefault(),event.stopPropagation(),event.key==="Enter")return this.player.tellCell(this,event);let[row2,column2]=this.cell??[0,0],[down,right]=move[event.key];this.choose([Math.max(0,Math.min(this.rows.count-1,row2+down)),Math.max(0,Math.min(this.columns.count-1,column2+right))])}chosen(){let[row2,column2]=this.cell,places=[];for(let[{kind,shared},index]of[[this.rows,row2],[this.columns,column2]])shared&&places.push([kind,index]);return{panel:this,row:row2,column:column2,places}}readout(step){let[row2,column2]=this.cell,value=show(this.cells(step)(row2,column2));return`${this.tell(row2,column2,step)} = ${value}`}bar(along,index,name){let[{count},start,size]=along==="row"?[this.rows,"top","height"]:[this.columns,"left","width"],style={[start]:`${100*index/count}%`,[size]:`${100/count}%`};return element("div",{class:`mp-mark mp-${along} ${name}`,style})}mark(chosen){let{rows,columns}=this,bars=[];if(chosen?.panel===this)bars.push(this.bar("row",chosen.row,"mp-strong")),bars.push(this.bar("column",chosen.column,"mp-strong"));else if(chosen){let of=({kind,shared})=>shared?chosen.places.filter(place=>place[0]===kind).map(place=>place[1]):[],marked=[of(rows),of(columns)];rows.shared&&rows.kind===columns.kind&&marked[0].length&&marked.splice(0,2,[marked[0][0]],[marked[0][1]??marked[0][0]]),bars.push(...marked[0].map(index=>this.bar("row",index,""))),bars.push(...marked[1].map(index=>this.bar("column",index,"")))}this.marks.replaceChildren(...bars)}shows(name){for(let row2=0;row2<this.rows.count;row2++)for(let column2=0;column2<this.columns.count;column2++)if(this.address(row2,column2).name===name)return!0;return!1}light(numbers2,step){let cells=[],{count:height}=this.rows,{count:width}=this.columns;for(let row2=0;numbers2.length&&row2<height;row2++)for(let column2=0;column2<width;column2++){let here={step,...this.address(row2,column2)};if(!numbers2.some(one=>["name","index","step"].every(key=>one[key]===here[key])))continue;let style={top:`${100*row2/height}%`,left:`${100*column2/width}%`,height:`${100/height}%`,width:`${100/width}%`};cells.push(element("div",{class:"mp-lit",style}))}this.lights.replaceChildren(...cells)}},TimeLine=class extends Panel{constructor(player,options){super(player,options),this.cursor=element("div",{class:"mp-cursor"}),this.frame.append(this.cursor),this.frame.classList.add("mp-time"),this.canvas.addEventListener("pointerdown",event=>{this.canvas.setPointerCapture(event.pointerId),this.seek(event)})}seek(event){let box=this.canvas.getBoundingClientRect();this.player.seek(Math.floor((event.clientX-box.left)/box.width*this.columns.count))}point(event){event.buttons&1&&this.seek(event),super.point(event)}draw(){}drawOnce(){super.draw(0),this.update?.()}follow(step){let width=100/this.columns.count;if(this.cursor.style.left=`${Math.min(step,this.columns.count-1)*width}%`,this.cursor.style.width=`max(3px, ${width}%)`,this.verdict?.(step),this.numbers){let value=this.cells(0);this.numbers.forEach((node2,row2)=>{let number2=value(row2,step);node2.textContent=Number.isNaN(number2)?"":number2!==0&&Math.abs(number2)<.001?"0.000":brief(number2)})}}},Bars=class extends Panel{constructor(player,options){super(player,options),this.path=drawing("path",{class:"mp-bar"}),this.missing=drawing("path",{class:"mp-missing"});let box={viewBox:`0 0 100 ${this.rows.count}`,preserveAspectRatio:"none"};this.canvas.after(drawing("svg",{...box,"aria-hidden":"true"},this.path,this.missing)),this.canvas.setAttribute("aria-roledescription","bars"),this.frame.classList.add("mp-bars",this.tone),this.notes=element("div",{class:`mp-notes ${this.tone}`,"aria-hidden":"true"})}draw(step){let value=this.cells(step),{low,high}=this.scale(),at=number2=>{let part=Math.max(0,Math.min(1,(number2-low)/(high-low)));return 100*(this.mirrored?1-part:part)},{count}=this.rows,roomy=this.height/count>=11,bars="",missing="",noted=[];for(let row2=0;row2<count;row2++){let number2=value(row2,0);if(number2!==number2){missing+=`M0 ${row2+.5}h100`;continue}let start=at(0);bars+=`M${start.toFixed(2)} ${row2+.12}v.76H${at(number2).toFixed(2)}v-.76z`;let size=Math.abs(number2);size<NOTED*high||(roomy?noted.push([row2,number2]):(!noted.length||size>Math.abs(noted[0][1]))&&(noted=[[row2,number2]]))}this.path.setAttribute("d",bars),this.missing.setAttribute("d",missing),this.notes.replaceChildren(...noted.map(([row2,number2])=>{let style={top:`${100*(row2+.5)/count}%`};return element("span",{style},number2.toFixed(2).replace("-","−"))}))}};var NARROW=180;function line2(view,label,rows,read3,options){let{name=`${label} over time`,scale,height,numbers:numbers2=!1,tell:tell2,meaning,tone=""}=options,at=options.at??((array,step)=>view.run.at(array,step)),known={},cells=()=>(row2,column2)=>{if(column2>=view.run.steps)return NaN;let[array,index]=read3(row2);return known[array]??=Array.from({length:view.run.steps},(_,step)=>at(array,step).slice()),known[array][column2][index]},panel=new TimeLine(view.player,{name,title:`${label} over time`,view,rows,columns:{kind:"time",count:view.player.steps},scale,cells,tell:(row2,column2)=>`step ${column2}, ${tell2(row2)}`,address(row2,column2){let[array,index]=read3(row2);return{name:array,index,step:column2}},forget:()=>known={}});panel.canvas.style.height=`${height}px`,view.lines.push(panel);let left=element("div",{class:`mp-line-label ${tone}`,title:meaning});rows.names&&!rows.shared&&rows.count>1?(left.classList.add("mp-line-names"),left.append(...rows.names.map((text2,i)=>element("span",{title:rows.titles?.[i]},text2)))):left.append(label);let right=element("div",{class:"mp-line-right"});return options.verdict?(panel.verdict=step=>right.textContent=options.verdict(step),right.classList.add("mp-verdict")):numbers2?(panel.numbers=Array.from({length:rows.count},()=>element("span",{})),right.append(...panel.numbers)):panel.update=()=>right.replaceChildren(range(scale())),{panel,root:element("div",{class:"mp-line"},left,panel.frame,right)}}function range({kind,low,high}){if(low===0&&high===1)return"";let style={background:gradient(kind).replace("to right","to top")},colours=element("i",{class:"mp-gradient mp-upright",style}),ends=[high,low].map(value=>element("span",{},brief(value)));return element("span",{class:"mp-range"},ends[0],colours,ends[1])}function clockLine(steps){let every=spacing(steps,NARROW,22),ticks=element("div",{class:"mp-ticks mp-ticks-column"});for(let step=0;step<steps;step+=every)ticks.append(element("span",{style:{left:`${100*(step+.5)/steps}%`}},`${step}`));return element("div",{class:"mp-line mp-clock","aria-hidden":"true"},element("div",{class:"mp-line-label"},"step"),ticks)}var ROW=13;function buildEverything(view){let{run}=view,clock=()=>clockLine(view.player.steps);return{step:stepFigures(view),whole:[group("Over the whole run",[...runLines(view),clock(),clock()],!0),...gateGroup(view,!(run.heads>4)&&!(view.crowded&&view.world))]}}function group(title,rows,open){let summary=element("summary",{},title),body=element("div",{class:"mp-grid"},...rows),details=element("details",{class:"mp-group"},summary,body);return details.open=open,details}var titleOf=(row2,letter)=>isDuration(row2)?"durations":letter==="N"?"writing":isFraction(row2)?"gates":"units";function stepFigures(view){let{run,compact,crowded}=view,cell=crowded?7:compact?9:12,limit=(count,most2)=>Math.max(96,Math.min(most2,count*cell)),high=letter=>limit(view.axes.sizes[letter],crowded?128:compact?176:216),wide=limit(run.word??0,compact?176:240),stored=run.frame?[view.frame(run.frame)]:[];for(let name of view.names("words"))stored.push(wordsFigure(view,name,wide,high));for(let name of view.names("pairs"))stored.push(pairsFigure(view,name,high));let figures2=[];for(let[letter,all]of byPlaces(run,view.names("places")))for(let title of["units","durations","writing","gates"]){let names=all.filter(name=>titleOf(run.arrays[name],letter)===title);if(!names.length)continue;let say=(label,row2)=>`${label} of ${view.axes.say(letter,row2)}`;figures2.push(columnsFigure(view,{title,letter,names,start:0,say},high(letter)))}let headed=view.names("heads");for(let head=0;headed.length&&head<run.heads;head++){let letter=placesOf(run,headed[0]),say=(label,row2)=>`head ${head}, ${label}, ${view.axes.say(letter,row2)}`,start=head*view.axes.sizes[letter],about={title:`head ${head}`,letter,names:headed,start,say};figures2.push(columnsFigure(view,about,high(letter)))}let vectors=view.names("vector","vectors"),band=(name,...parts)=>element("div",{class:`mp-band ${name}`},...parts),stack=[band("",...stored)];return vectors.length&&stack.push(vectorsFigure(view,vectors,wide)),[band("",band("mp-stack",...stack),...figures2)]}function wordsFigure(view,name,width,high){let{axes,run}=view,[place,content]=run.arrays[name].axes.split(" ").slice(1),[rows,columns]=[axes.of(place),axes.of(content)],options={name,title:run.arrays[name].label,meaning:run.arrays[name].meaning,rows,columns,scale:view.shared([name]),arrays:[name],index:(row2,column2)=>rows.places[row2]*columns.count+column2,tell:(row2,column2)=>`${name}[${rows.names[row2]}, ${column2}]: ${axes.say(place,row2)}, ${axes.say(content,column2)}`};return view.figure(options,width,high(place))}function pairsFigure(view,name,high){let{axes,run}=view,letter=placesOf(run,name),rows=axes.of(letter),related=run.arrays[name].kind==="links"?"written right after":"and",options={name,title:run.arrays[name].label,meaning:run.arrays[name].meaning,rows,columns:rows,scale:view.scaleOf(name),arrays:[name],index:(row2,column2)=>rows.places[row2]*rows.count+rows.places[column2],tell:(row2,column2)=>`${name}[${rows.names[row2]}, ${rows.names[column2]}]: ${axes.say(letter,row2)} ${related} ${rows.names[column2]}`};return view.figure(options,high(letter),high(letter))}function columnsFigure(view,{title,letter,names,start,say},height){let rows=view.axes.of(letter),labels=names.map(name=>view.run.arrays[name].label),titles=names.map(name=>view.run.arrays[name].meaning),fractions=names.every(name=>isFraction(view.run.arrays[name])),options={name:title,title,rows,columns:{...named2("quantity",labels),titles},scale:fractions?view.unit:view.shared(names),arrays:names,pick:(row2,column2)=>column2,index:row2=>start+rows.places[row2],tell:(row2,column2)=>say(labels[column2],row2)};return view.figure(options,names.length*(view.compact?15:18),height)}function vectorsFigure(view,names,width){let entries=view.entries(names),labels=entries.map(({label})=>label),letter=view.run.arrays[names[0]].axes.split(" ").at(-1),options={name:"vectors",title:"words of this step",rows:{...named2("vector",labels),titles:entries.map(({meaning})=>meaning)},columns:view.axes.of(letter),scale:view.shared(names),arrays:entries.map(({name})=>name),pick:row2=>row2,index:(row2,column2)=>entries[row2].index+column2,tell:(row2,column2)=>`${labels[row2]}, position ${column2}`};return view.figure(options,width,entries.length*ROW)}var isStrength=({kind})=>kind==="strength";function runLines(view){let{run}=view,gate=name=>isFraction(run.arrays[name])||isStrength(run.arrays[name]),numbers2=run.names(()=>!0).filter(name=>run.size(name)>0).filter(name=>{let form=formOf(run,name);return name===run.frame?.name?!1:form==="other"||form==="few"&&!gate(name)}),placed2=["usage","write_weighting","read_weighting"].filter(name=>run.has(name)),units=view.names("places").filter(name=>placesOf(run,name)!=="N"),entries=view.entries([...placed2,...units]),high=view.crowded?40:view.compact||view.player.network?64:96,most2=Math.min(high,(view.compact?200:360)/entries.length);return[...numbers2.map(name=>numbersLine(view,name)),...entries.map(entry=>{let rows=view.axes.sizes[placesOf(run,entry.name)],height=Math.max(view.crowded?28:40,Math.min(most2,rows*(view.crowded?2:4)));return placesLine(view,entry,{height})})].map(({root:root2})=>root2)}function numbersLine(view,name,options={}){let{label,meaning}=view.run.arrays[name],count=view.run.size(name),single=count===1,rows=single?named2("feature",[label]):axis("feature",count);return line2(view,options.label??label,rows,row2=>[name,row2],{name:`${label} over time`,scale:view.scaleOf(name),height:single?16:Math.max(view.crowded?24:view.compact?30:36,Math.min(view.crowded?36:view.world?54:72,count*(view.crowded?3:5))),numbers:single,tell:row2=>single?label:`${label} ${row2}`,meaning,...options})}function placesLine(view,{label,name,index:offset,meaning},options={}){let letter=placesOf(view.run,name),rows=view.axes.of(letter);return line2(view,options.label??label,rows,row2=>[name,offset+rows.places[row2]],{name:`${label} over time`,scale:view.scaleOf(name),tell:row2=>`${label} of ${view.axes.say(letter,row2)}`,meaning,...options})}function gateGroup(view,open){let{run}=view,few=view.names("few"),gates2=few.filter(name=>isFraction(run.arrays[name])),strengths=few.filter(name=>isStrength(run.arrays[name])),scale=()=>{let highest=Math.max(1.001,...strengths.map(name=>view.run.arrays[name].high));return view.run.signed?around(highest):between(1,highest)},lines=[];return gates2.length&&lines.push(namedLine(view,"gates",gates2,view.unit)),strengths.length&&lines.push(namedLine(view,"strengths",strengths,scale)),lines.length?[group("Gates, read modes, strengths",lines,open)]:[]}function namedLine(view,title,names,scale){let entries=view.entries(names),labels=entries.map(({label})=>label),rows={...named2("gate",labels),titles:entries.map(({meaning})=>meaning)},read3=row2=>[entries[row2].name,entries[row2].index],tell2=row2=>labels[row2],height=entries.length*ROW;return line2(view,title,rows,read3,{scale,height,numbers:!0,tell:tell2}).root}var WAYS=["backward","content","forward"],FROM={content:"read_content_weighting"};function peak(weighting,from,size){let best=0,total=0;for(let i=0;i<size;i++)total+=weighting[from+i],weighting[from+i]>weighting[from+best]&&(best=i);return{location:best,weight:weighting[from+best],total}}function writeAt(run,step){let write2=peak(run.at("write_weighting",step),0,run.locations),[gate]=run.at("allocation_gate",step),allocated=gate*run.at("allocation_weighting",step)[write2.location],found=(1-gate)*run.at("write_content_weighting",step)[write2.location];return{...write2,isAllocated:allocated>=found}}function freedAt(run,step){if(step===0)return[];let{locations:N,heads}=run,gates2=run.at("free_gates",step),before=run.at("read_weighting",step-1);return Array.from({length:N},(_,i)=>i).filter(i=>{let kept=1;for(let head=0;head<heads;head++)kept*=1-gates2[head]*before[head*N+i];return kept<.5})}function readAt(run,step,head){let N=run.locations,read3=peak(run.at("read_weighting",step),head*N,N),modes=run.at("read_modes",step),parts=WAYS.map((way,i)=>{let weighting=run.at(FROM[way]??`${way}_weighting`,step);return modes[head*3+i]*weighting[head*N+read3.location]}),most2=parts.indexOf(Math.max(...parts)),last=step?peak(run.at("read_weighting",step-1),head*N,N).location:null;return{...read3,way:WAYS[most2],part:parts[most2],last}}var FAINT=.5,CHANGED=.1,share=weight=>weight.toFixed(2);function tellStep(run,step){if(step>=run.steps)return`This run ended with step ${run.steps-1}.`;if(!run.has("write_weighting"))return tellUnits(run,step);let sentences=[],write2=writeAt(run,step);if(![write2.weight,write2.total].every(Number.isFinite))sentences.push("Its write is not a number.");else if(write2.total<.1)sentences.push(`Writes next to nothing (${share(write2.total)}).`);else{let how=write2.isAllocated?"newly allocated":"found by content",place=`location ${write2.location} (${share(write2.weight)})`;write2.weight>=write2.total/2?sentences.push(`Writes to ${place}, ${how}.`):sentences.push(`Spreads its write, most of it to ${place}, ${how}.`)}let freed=freedAt(run,step);freed.length>4?sentences.push(`Frees ${freed.length} locations.`):freed.length&&sentences.push(`Frees location${freed.length>1?"s":""} ${freed.join(", ")}.`);for(let head=0;head<run.heads;head++){let read3=readAt(run,step,head);if(!Number.isFinite(read3.weight))sentences.push(`Head ${head}'s read is not a number.`);else if(read3.total<.1)sentences.push(`Head ${head} reads next to nothing (${share(read3.total)}).`);else{let how="found by content";read3.way!=="content"&&(how=read3.way==="backward"?"following the link backward":"following the link",step>0&&(how+=` from ${read3.last}`));let place=`${read3.location} (${share(read3.weight)})`;read3.weight>=read3.total/2?sentences.push(`Head ${head} reads ${place}, ${how}.`):sentences.push(`Head ${head} reads a mixture, most of it from ${place}, ${how}.`)}}return sentences.join(" ")}var NAMES={dnc:"Differentiable neural computer (DNC)",gru:"Gated recurrent unit (GRU)",lstm:"Long short-term memory (LSTM)",elman:"Elman network",memoryless:"A model without memory"},PLAIN={write:"writes",read:"reads",target:"wanted",observation:"sees",probabilities:"does"};function plainLabel(run,name){if(name==="output"&&hasBits(run))return"answer";let{label}=run.arrays[name];return PLAIN[label]??label}var nameOf=run=>NAMES[run.kind]??"A memory at work";function tellSimply(run,step,number2){if(step>=run.steps)return`This run ended with step ${run.steps-1}.`;if(!run.has("write_weighting"))return`${tellUnits(run,step,place=>place+1)} ${tellAnswer(run,step)}`.trim();let reads=new Map;for(let head=0;head<run.heads;head++){let what=tellRead(run,step,head,number2);reads.set(what,[...reads.get(what)??[],head+1])}let sentences=Array.from(reads,([what,heads])=>run.heads===1?`Reads ${what}.`:heads.length===1?`Head ${heads[0]} reads ${what}.`:`Heads ${heads.slice(0,-1).join(", ")} and ${heads.at(-1)} read ${what}.`);return[tellWrite(run,step,number2),...sentences,tellAnswer(run,step)].join(" ").trim()}function tellWrite(run,step,number2){let write2=writeAt(run,step);if(![write2.weight,write2.total].every(Number.isFinite))return"What it writes is not a number.";if(write2.total<.1)return"Writes next to nothing.";let place=`location ${number2(write2.location)}`,usage2=run.at("usage",step),own=usage2[write2.location],state=own<.1?"free":own<=Math.min(...usage2)?"the least used":"allocated",why=write2.isAllocated?`which was ${state}`:"because it resembles what the model looks for",how=write2.total<FAINT?"Writes faintly":"Writes";return write2.weight>=write2.total/2?`${how} to ${place}, ${why}.`:`${write2.total<FAINT?"Spreads a faint write":"Spreads its write"} over several locations, most of it to ${place}.`}function tellRead(run,step,head,number2){let read3=readAt(run,step,head);if(!Number.isFinite(read3.weight))return"something that is not a number";if(read3.total<.1)return"next to nothing";let place=`location ${number2(read3.location)}`;if(read3.weight<.1)return"a little of many locations";if(read3.weight<read3.total/2)return`a mixture of locations, most of it from ${place}`;let why="because it resembles what the model looks for";return read3.way!=="content"&&read3.last!==null&&(why=`which was written right ${read3.way==="backward"?"before":"after"} location ${number2(read3.last)}`),`${read3.total<FAINT?"faintly from ":""}${place}, ${why}`}function tellUnits(run,step,unit=place=>place){let[name]=run.names(row2=>row2.simple).filter(one=>formOf(run,one)==="places");if(!name)return run.kind==="memoryless"?"Remembers nothing of the steps before.":"";let now=run.at(name,step),before=step>0?run.at(name,step-1):new Float32Array(now.length),changes=Array.from(now,(value,i)=>Math.abs(value-before[i]));if(!changes.every(Number.isFinite))return"What it holds is not a number.";let most2=changes.indexOf(Math.max(...changes)),many=changes.filter(change=>change>=CHANGED).length,text2=value=>value.toFixed(2).replace("-","−");return`${many?`${many} of ${now.length} units change`:"No unit changes"} by ${CHANGED} or more; unit ${unit(most2)} changes most, from ${text2(before[most2])} to ${text2(now[most2])}.`}function tellAnswer(run,step){if(!hasBits(run)||!isAsked(run,step))return"";let bits=run.size("output"),wrong=0;for(let bit=0;bit<bits;bit++)wrong+=isWrong(run,step,bit);return wrong?`${wrong} of the ${bits} bits of its answer ${wrong>1?"are":"is"} wrong.`:bits>1?`All ${bits} bits of its answer are right.`:"Its answer is right."}var TOUCHED=.1,SIZES={wide:{row:19,least:160,most:304,word:15,side:52,own:150,line:52,placed:152},laboratory:{row:13,least:120,most:208,word:13,side:52,own:150,line:38,placed:106},agent:{row:12,least:88,most:144,word:13,side:52,own:150,line:26,placed:68},agents:{row:8,least:48,most:88,word:9,side:40,own:100,line:16,placed:44},crowded:{row:5,least:80,most:96,word:9,side:40,own:100,line:22,placed:52},compact:{row:8,least:120,most:152,word:9,side:40,own:100,line:30,placed:80}};function sizesFor({compact,crowded,world,player}){return world&&player.network?SIZES[compact?"agents":"agent"]:SIZES[crowded?"crowded":compact?"compact":player.network?"laboratory":"wide"]}function buildSimple(view){return{step:stepFigures2(view),whole:runLines2(view)}}var clamp=(low,value,high)=>Math.max(low,Math.min(value,high));function plain(view,name,head=null){let text2=plainLabel(view.run,name);return head===null||view.run.heads===1?text2:`${text2} (head ${head+1})`}function stepFigures2(view){let{run}=view,figures2=run.frame?[view.frame(run.frame)]:[],names=view.names("words","places","heads");for(let[letter,list]of byPlaces(run,names))figures2.push(memory2(view,letter,list));return run.kind==="memoryless"&&figures2.push(element("p",{class:"mp-nothing"},"Nothing is kept from step to step, so there is no memory to show.")),figures2}function memory2(view,letter,names){let{run,axes}=view,rows=axes.of(letter),{row:row2,least,most:most2}=sizesFor(view),height=clamp(least,rows.count*row2,most2),words=names.filter(name=>view.names("words").includes(name)),places=names.filter(name=>view.names("places").includes(name)),heads=names.filter(name=>view.names("heads").includes(name)),ticks=view.ticks("row",rows,height);ticks.style.height=`${height}px`;let number2=axes.say(letter,0).split(" ")[0],parts=[column(view.simple?number2:"","","",ticks)],beside=words.length>0,bars=(name,head=null)=>barsPanel(view,letter,{name,head,height,beside}),side=(name,caption,panels)=>{let frames=panels.flatMap(({frame,notes,mirrored})=>panels.length>1?[frame]:mirrored?[notes,frame]:[frame,notes]);for(let{notes}of panels)notes.style.height=`${height}px`;let body=element("div",{class:"mp-side"},...frames);return parts.push(column(caption,run.arrays[name].meaning,panels[0].tone,body)),panels},writing=places.flatMap(name=>side(name,plain(view,name),[bars(name)])),matrices=words.map(name=>wordsPanel(view,letter,name,height));matrices.forEach((panel,i)=>{let{label,meaning}=run.arrays[words[i]],part=column(label,meaning,"mp-centre",panel.frame);part.classList.add("mp-shrinks"),parts.push(part)});let reading=heads.flatMap(name=>{let caption=plain(view,name)+(run.heads>1?` (heads 1–${run.heads})`:""),all=Array.from({length:run.heads},(_,head)=>bars(name,head));return side(name,caption,all)});if(!run.signed)for(let panel of matrices)touch(view,panel,[...writing,...reading]);return element("figure",{class:"mp-memory"},...parts)}function column(caption,meaning,tone,body){let head=element("figcaption",{class:tone,title:meaning||null},caption);return element("div",{class:"mp-part"},head,body)}function wordsPanel(view,letter,name,height){let{axes,run}=view,content=run.arrays[name].axes.split(" ").at(-1),[rows,columns]=[axes.of(letter),axes.of(content)],index=(row2,at)=>rows.places[row2]*columns.count+at,options={name,title:run.arrays[name].label,rows,columns,scale:view.shared([name]),arrays:[name],index,tell:(row2,at)=>`${axes.say(letter,row2)}, ${axes.say(content,at)} (${subscript(run,name,index(row2,at))})`};return view.panel(options,clamp(96,columns.count*sizesFor(view).word,240),height)}function barsPanel(view,letter,{name,head,height,beside}){let{axes,run}=view,{side,own}=sizesFor(view),rows=axes.of(letter),start=(head??0)*rows.count,{label}=run.arrays[name],text2=plain(view,name,head),index=row2=>start+rows.places[row2],narrow=head===null?side:clamp(10,120/run.heads,side),options={name:`${label}${head===null?"":` ${head}`} now`,title:`${text2} now`,rows,columns:{kind:"quantity",count:1},scale:view.scaleOf(name),arrays:[name],index,tell:row2=>`${text2}, ${axes.say(letter,row2)} (${subscript(run,name,index(row2))})`,tone:beside?head===null?"mp-write":"mp-read":"mp-own",mirrored:beside&&head===null};return view.panel(options,beside?narrow:own,height,Bars)}function touch(view,panel,bars){let layer=element("div",{class:"mp-marks"});panel.frame.append(layer),view.touched.push(step=>{let marks=bars.map(one=>{let value=one.cells(step),most2=0;for(let row2=1;row2<one.rows.count;row2++)value(row2,0)>value(most2,0)&&(most2=row2);return value(most2,0)>=TOUCHED?panel.bar("row",most2,`mp-touch ${one.tone}`):""});layer.replaceChildren(...marks)})}function endsOf(run){let acts=hasWorld(run)&&run.has("action_probabilities")&&run.has("observation"),[first2,last]=acts?["observation","action_probabilities"]:["input","output"];return{acts,first:first2,last}}function simpleNames(run){let{acts,first:first2,last}=endsOf(run),elsewhere=acts?["input","output","action"]:[],names=run.names(row2=>row2.simple).filter(name=>!elsewhere.includes(name));return[...new Set([...[first2,last].filter(name=>run.has(name)),...names])]}function runLines2(view){let{run}=view,lines=[],{line:most2}=sizesFor(view),small=count=>clamp(Math.min(34,most2-4),count*7,most2),numbers2=(name,label=plain(view,name))=>{let single=run.size(name)===1,height=single?16:small(run.size(name)),tell2=row2=>`${label}${single?"":` ${row2+1}`} (${subscript(run,name,row2)})`;lines.push(numbersLine(view,name,{label,height,tell:tell2}).root)},{acts,first:first2,last}=endsOf(run);run.has(first2)&&run.frame?.name!==first2&&numbers2(first2);for(let entry of placed(view))lines.push(placesLine(view,...entry).root);hasBits(run)?lines.push(...answerLines(view,small)):run.has(last)&&numbers2(last);let elsewhere=[first2,last];acts&&view.crowded&&elsewhere.push("reward");let rest=simpleNames(run).filter(name=>["other","few"].includes(formOf(run,name)));for(let name of rest.filter(one=>!elsewhere.includes(one)))(name!=="target"||!hasBits(run))&&numbers2(name);return[...lines,clockLine(view.player.steps)]}function placed(view){let{run,axes}=view,entries=view.entries(view.names("places","heads")),room=sizesFor(view).placed/Math.max(2,entries.length);return entries.map(entry=>{let letter=placesOf(run,entry.name),count=axes.sizes[letter],head=entry.index/count,hasHeads=run.arrays[entry.name].axes.startsWith("T R"),label=plain(view,entry.name,hasHeads?head:null),{places}=axes.of(letter),tell2=row2=>`${label}, ${axes.say(letter,row2)} (${subscript(run,entry.name,entry.index+places[row2])})`,height=clamp(20,room,Math.max(56,count*5)),shown=hasHeads&&run.heads>1?`head ${head+1}`:label;return[entry,{label:shown,tell:tell2,height,tone:letter==="N"?hasHeads?"mp-read":"mp-write":""}]})}function answerLines(view,small){let bits=view.run.size("output"),height=small(bits),{meaning}=view.run.arrays.output,answer=numbersLine(view,"output",{label:plain(view,"output"),height,at:(name,step)=>answerAt(view.run,step),scale:()=>view.run.signed?around(1):UNIT,tell:row2=>`probability that bit ${row2+1} is 1 (from output[${row2}])`,meaning:`${meaning}: how likely the model finds it that a bit is 1; a wrong bit is marked`,verdict:step=>verdict(view.run,step)}),wrong=drawing("path",{class:"mp-wrong"}),veil=drawing("path",{class:"mp-veil"}),box={viewBox:`0 0 ${view.player.steps} ${bits}`,preserveAspectRatio:"none"};answer.panel.canvas.after(drawing("svg",{...box,"aria-hidden":"true"},veil,wrong)),answer.panel.update=()=>{let{run}=view,marks="",unasked="";for(let step=0;step<run.steps;step++){isAsked(run,step)||(unasked+=`M${step} 0h1v${bits}h-1z`);for(let bit=0;bit<bits;bit++)isWrong(run,step,bit)&&(marks+=`M${step+.2} ${bit+.15}h.6v.7h-.6z`)}wrong.setAttribute("d",marks),veil.setAttribute("d",unasked)};let tell2=row2=>`wanted bit ${row2+1} (target[${row2}])`;return[answer.root,numbersLine(view,"target",{label:plain(view,"target"),height,tell:tell2}).root]}function verdict(run,step){let bits=run.size("output");if(run.signed||step>=run.steps||!isAsked(run,step))return"";let right=0;for(let bit=0;bit<bits;bit++)right+=!isWrong(run,step,bit);return`${right} of ${bits} right`}function legend(view){let{run,simple}=view,entries=view.names("words").map(name=>[run.arrays[name].label,view.shared([name])]);if(simple){let{acts,first:first2,last}=endsOf(run);run.has(first2)&&entries.push([plainLabel(run,first2),view.scaleOf(first2)]),run.has("write_weighting")&&!run.signed&&entries.push(["weights",view.unit]),acts&&entries.push([plainLabel(run,last),view.unit]),hasBits(run)&&!run.signed&&entries.push(["probabilities",view.unit])}else{let words=view.names("vector","vectors");words.length&&entries.push(["words of this step",view.shared(words)]);let units=view.names("places").filter(name=>!isFraction(run.arrays[name]));units.length&&entries.push(["units",view.shared(units)]);let parts=run.has("link")?"links, usage, weightings, gates":"gates";run.names(isFraction).length&&!run.signed&&entries.push([parts,view.unit])}run.signed&&entries.push(["differences",view.unit]),run.has("reward")&&entries.push(["reward",view.scaleOf("reward")]);let bars=new Map;for(let[text2,scale]of entries){let{kind,low,high}=scale(),key=`${kind} ${low} ${high}`,names=[...bars.get(key)?.names??[],text2];bars.set(key,{names,kind,low,high})}let none=element("span",{class:"mp-bar-entry"},element("i",{class:"mp-hatch"}));return none.append("no number"),element("div",{class:"mp-legend"},...Array.from(bars.values(),bar),none)}function bar({names,kind,low,high}){let colours=element("i",{class:"mp-gradient",style:{background:gradient(kind)}}),text2=`${names.join(", ")} ${brief(low)}`;return element("span",{class:"mp-bar-entry"},text2,colours,brief(high))}var PLAIN2=[["location","a row of the memory; counted from 1 in the order of first writes. Explanations and the text of changes have Python's numbers too, such as memory[2]"],["weight","how far a step writes to a location or reads it: 0 not at all, 1 wholly"],["free","not in use: nothing that is still needed stands there"]],PROBABILITY=["probability","how likely the model finds it that a bit of the answer is 1"];function glossary(view){let{run,simple}=view,names=simple?simpleNames(run):run.names(()=>!0),entries=names.map(name=>{let{label,meaning}=run.arrays[name];return simple?[plainLabel(run,name),meaning]:[label===name?label:`${label} (${name})`,meaning]}),uses=names.some(name=>["words","pairs"].includes(formOf(run,name)));return simple&&uses&&entries.push(...PLAIN2),simple&&hasBits(run)&&entries.push(PROBABILITY),element("details",{class:"mp-keys mp-glossary"},element("summary",{},"what the words mean"),element("dl",{},...entries.flatMap(([word,meaning])=>[element("dt",{},word),element("dd",{},meaning)])))}var KEY="memorylab-player-level",LEVELS=["simple","everything"];function recall(){try{let level=localStorage.getItem(KEY);return LEVELS.includes(level)?level:LEVELS[0]}catch{return LEVELS[0]}}function remember(level){try{localStorage.setItem(KEY,level)}catch{}}var View=class{constructor(player,run,{simple,order,compact}){Object.assign(this,{player,run,simple,compact}),this.crowded=compact&&!!player.network,this.axes=new Axes(run,simple,order),this.panels=[],this.lines=[],this.touched=[],this.words=element("p",{class:"mp-words","aria-live":"polite"}),this.world=hasWorld(run)?new World(this):null;let{step,whole}=this.world??{step:[],whole:[]},parts=simple?buildSimple(this):buildEverything(this),about=run.label?"":run.about,heading=element("header",{class:"mp-title"},element("h3",{},run.label||nameOf(run)),...about?[element("span",{},about)]:[]);this.root=element("section",{class:`mp-view${compact?" mp-compact":""}`,"aria-label":run.label||"run"},heading,this.words,element("div",{class:"mp-main"},element("div",{class:"mp-step"},...step,...parts.step),element("div",{class:"mp-whole"},...whole,...parts.whole)));for(let line3 of this.lines)line3.drawOnce()}show(run){this.run=run;for(let line3 of this.lines)line3.forget(),line3.drawOnce()}names(...forms){let{run,simple}=this;return run.names(row2=>!simple||row2.simple).filter(name=>forms.includes(formOf(run,name)))}scaleOf(name){return()=>{let row2=this.run.arrays[name];if(isFraction(row2))return this.unit();let{low,high}=row2;return this.run.signed||low<0||name==="reward"?this.shared([name])():between(0,Math.max(high,1e-9))}}shared(names){return()=>{let rows=names.map(name=>this.run.arrays[name]);return around(Math.max(...rows.map(({low,high})=>Math.max(-low,high))))}}unit=()=>this.run.signed?around(1):UNIT;panel({arrays,pick=()=>0,index,...options},width,height,Kind=Panel){let cells=step=>{let values=arrays.map(name=>this.run.at(name,step));return(row2,column2)=>values[pick(row2,column2)][index(row2,column2)]},address=(row2,column2)=>({name:arrays[pick(row2,column2)],index:index(row2,column2)}),panel=new Kind(this.player,{...options,view:this,height,cells,address});return this.panels.push(panel),Object.assign(panel.canvas.style,{width:`${width}px`,height:`${height}px`}),panel}figure(options,width,height){let panel=this.panel(options,width,height),body=element("div",{class:"mp-body"},this.ticks("row",panel.rows,height)),below=panel.columns.names&&!panel.columns.shared?"named":"column";body.append(panel.frame,this.ticks(below,panel.columns,width));let about=[panel.title,options.meaning].filter(Boolean).join(": "),caption=element("figcaption",{title:about},panel.title);return element("figure",{},caption,body)}ticks(kind,{count,names,titles},length){let every=kind==="named"||names?.[0]?.length>4?1:spacing(count,length,kind==="row"?12:22),box=element("div",{class:`mp-ticks mp-ticks-${kind}`,"aria-hidden":"true"});for(let i=0;i<count;i+=every){let place=`${100*(i+.5)/count}%`,style=kind==="row"?{top:`max(1.5px, ${place})`}:{left:place};box.append(element("span",{style,title:titles?.[i]},String(names?names[i]:i)))}return box}entries(names){let{run}=this,list=[];for(let head=-1;head<(run.heads??0);head++)for(let name of names){let{axes,label,columns,meaning}=run.arrays[name],hasHeads=axes.startsWith("T R");if(hasHeads!==head>=0)continue;let size=hasHeads?run.size(name)/run.heads:run.size(name);(columns.length?columns:[label]).forEach((text2,i)=>list.push({label:hasHeads?`${text2} ${head}`:text2,name,index:(hasHeads?head*size:0)+i,size,meaning}))}return list}frame({name,height,width,channels}){let{label}=this.run.arrays[name],canvas=element("canvas",{width,height,...{role:"img","aria-label":label,"data-panel":"frame"}}),context=canvas.getContext("2d"),image=context.createImageData(width,height);return canvas.style.width=`${Math.max(120,Math.min(320,width*8))}px`,this.drawFrame=step=>{let{low,high}=this.run.arrays[name],pixels=this.run.at(name,step);for(let i=0;i<width*height;i++)for(let channel=0;channel<4;channel++){let value=pixels[i*channels+Math.min(channel,channels-1)];image.data[i*4+channel]=channel===3?255:255*(value-low)/(high-low||1)}context.putImageData(image,0,0)},element("figure",{},element("figcaption",{},label),canvas)}draw(step){for(let panel of this.panels)panel.draw(step);for(let line3 of this.lines)line3.follow(step);for(let touch2 of this.touched)touch2(step);this.drawFrame?.(step),this.world?.draw(step),this.words.textContent=this.tell(step)}tell(step){let{run}=this;if(run.signed)return"Red is more in the first run, blue more in the second.";let number2=location2=>this.axes.number("N",location2),memory3=this.simple?tellSimply(run,step,number2):tellStep(run,step);return[this.world?.tell(step),memory3].filter(Boolean).join(" ")}mark(chosen){for(let panel of[...this.panels,...this.lines])panel.mark(chosen)}light(numbers2,step){for(let panel of[...this.panels,...this.lines])panel.light(numbers2,step)}};function isAlike(a,b){let form=({label,kind,answer,steps,arrays})=>JSON.stringify([label,kind,answer,steps,Object.values(arrays).map(row2=>row2.shape)]);return form(a)===form(b)&&`${Object.keys(a.arrays)}`==`${Object.keys(b.arrays)}`}var Board=class{constructor(player,level){this.player=player,this.level=level??recall(),this.shown=0,this.root=element("div",{class:"mp-views"}),this.foot=element("footer",{class:"mp-foot"});let group2=(label,name,...buttons)=>element("span",{class:`mp-group-of ${name}`,role:"group","aria-label":label},...buttons);this.levels=Object.entries({simple:"what matters first",everything:"every array"}).map(([name,what])=>press(name,`Show ${what}`,name,()=>this.setLevel(name))),this.tabs=group2("runs shown","mp-tabs"),this.buttons=[group2("how much is shown","mp-levels",...this.levels),this.tabs]}build(runs){this.runs=runs,this.player.chosen=null,this.difference=null,this.orders=this.orderRows(runs),this.views=runs.map((run,i)=>this.viewOf(run,this.orders[i])),this.player.root.dataset.level=this.level,this.root.dataset.runs=runs.length,this.root.replaceChildren(...this.views.map(view=>view.root));for(let one of this.levels)one.setAttribute("aria-pressed",String(one.dataset.action===this.level));let tabs=runs.map((run,i)=>run.label||`run ${i+1}`).map((name,i)=>press(`run-${i}`,`Show ${name}`,name,()=>this.tab(i)));this.comparable()&&tabs.push(press("difference","Show the difference (d)","difference",()=>this.toggleDifference())),this.tabs.replaceChildren(...runs.length>1?tabs:[]);let wanted=this.shown==="difference"&&this.comparable()?"difference":0;this.shown=this.before=0,this.tab(wanted),this.player.tellShown()}viewOf(run,order){let compact=this.runs.length>1&&!run.signed;return new View(this.player,run,{simple:this.level==="simple",order,compact})}orderRows(runs){if(this.level!=="simple")return runs.map(run=>run.order);let[first2]=runs;return runs.map(run=>{if(!run.has("write_weighting"))return run.order;let leads=first2.has("write_weighting")&&first2.locations===run.locations;return firstWriteOrder(leads?first2:run)})}show(runs,reorder){return runs.length===this.runs.length&&runs.every((run,i)=>isAlike(run,this.runs[i]))&&!(reorder&&`${this.orderRows(runs)}`!=`${this.orders}`)?(this.runs=runs,this.views.forEach((view,i)=>view.show(runs[i])),this.difference?.show(new Difference(...runs)),this.foot.firstChild.replaceWith(legend(this.front)),this.player.tellShown(),!0):(this.build(runs),!1)}setLevel(level,keep=!0){keep&&remember(level),this.level!==level&&(this.level=level,this.player.select(null),this.build(this.runs))}comparable(){let[a,b]=this.runs;return!b||a.kind!==b.kind?!1:JSON.stringify(sizesOf2(a))===JSON.stringify(sizesOf2(b))}tab(shown){shown==="difference"&&!this.difference&&(this.difference=this.viewOf(new Difference(...this.runs),this.orders[0]),this.difference.root.dataset.difference="true",this.root.append(this.difference.root)),shown!=="difference"&&(this.difference?.root.remove(),this.difference=null),this.shown=shown,this.root.dataset.shown=shown,[...this.views,this.difference].forEach((view,i)=>{view&&(view.root.dataset.shown=view===this.difference||i===shown)});for(let one of this.tabs.children){let{action}=one.dataset,pressed=action==="difference"?shown===action:action===`run-${shown}`;one.setAttribute("aria-pressed",String(pressed))}this.showFoot(),this.player.draw()}toggleDifference(){if(this.comparable()){if(this.shown==="difference")return this.tab(this.before);this.before=this.shown,this.tab("difference")}}showFoot(){let open=[...this.foot.querySelectorAll("details")].map(one=>one.open),keys=element("details",{class:"mp-keys"},element("summary",{},"keys"),"space plays and pauses · ← → or , . step · page up and page down go ten steps · home and end · + − change the speed · d shows the difference of two runs · "+(this.player.film?"shift with ← → moves through training · ":"")+"in a picture the arrow keys move from cell to cell, enter explains a number, escape leaves it"+(this.player.network?" · delete wipes a location or cuts a link · ctrl+z undoes":""));this.foot.replaceChildren(legend(this.front),glossary(this.front),keys),this.foot.querySelectorAll("details").forEach((one,i)=>one.open=!!open[i])}get front(){return this.difference??this.views[this.shown]}get all(){return this.difference?[...this.views,this.difference]:this.views}};var FRAMES_PER_SECOND=4,SYNC_AFTER=120,WIDTH=100,Film=class{constructor(player,about,frames){Object.assign(this,{player,frames,labels:about.labels});let{model}=player;this.frame=Math.min(model.get("frame")??1/0,frames.length-1),this.errors=frames.map(({recorded})=>countWrong(recorded)),player.runs=[frames[this.frame].run],this.build(),this.tell(),player.root.addEventListener("keydown",event=>this.key(event),{capture:!0}),this.onModelFrame=()=>this.seek(model.get("frame"),!1),model.on("change:frame",this.onModelFrame)}build(){this.playButton=element("button",{type:"button","data-action":"play-film",onclick:()=>this.toggle()}),this.slider=element("input",{type:"range",min:0,max:this.frames.length-1,"aria-label":"training",title:"Through training (shift and arrow keys)",oninput:()=>this.seek(Number(this.slider.value))}),this.slider.addEventListener("keydown",event=>{event.key!=="Escape"&&event.stopPropagation()}),this.told=element("output",{class:"mp-film-told"});let curve=this.errors[0]?[this.curve()]:[],track=element("div",{class:"mp-film-track"},...curve,this.slider);this.about=element("span",{class:"mp-film-about"}),this.root=element("div",{class:"mp-controls mp-film",role:"toolbar","aria-label":"training"},this.playButton,track,this.told,this.about),this.toggle(!1)}curve(){let{errors}=this,part=errors.map(({wrong,asked})=>wrong/(asked||1)),highest=Math.max(...part,1e-9),across=frame=>WIDTH*frame/Math.max(1,errors.length-1),points=part.map((value,frame)=>`${across(frame)} ${1-value/highest}`),box={viewBox:`0 -0.1 ${WIDTH} 1.2`,preserveAspectRatio:"none"};this.here=drawing("path",{class:"mp-film-here"});let line3=drawing("path",{d:`M${points.join("L")}`});return drawing("svg",{...box,role:"img","aria-label":"wrong bits over training"},line3,this.here)}tell(){let{frame}=this,error=this.errors[frame],wrong=error?` · ${error.wrong} of ${error.asked} bits wrong`:"";this.slider.value=frame,this.told.textContent=`training ${this.labels[frame]}${wrong}`,this.slider.setAttribute("aria-valuetext",this.told.textContent);let x=WIDTH*frame/Math.max(1,this.frames.length-1);this.here?.setAttribute("d",`M${x} -0.1v1.2`)}explain(){let isMoved=(location2,row2)=>location2!==row2,moved2=this.frames.some(({recorded})=>recorded.order.some(isMoved)),rows=(this.player.board.level==="simple"||moved2)&&this.frames[0].recorded.locations>0;this.about.textContent="All frames have the same colours: early ones are pale because their numbers are small."+(rows?" Each has its own order of rows, that of its first writes.":"")}seek(frame,sync=!0){if(frame=Math.max(0,Math.min(this.frames.length-1,frame)),frame===this.frame)return;this.frame=frame;let focus=this.player.root.querySelector("canvas:focus")?.dataset.panel;this.player.show([this.frames[frame].run],{reorder:!0}),focus&&!this.player.root.querySelector("canvas:focus")&&this.player.root.querySelector(`[data-panel="${CSS.escape(focus)}"]`)?.focus(),this.tell(),sync&&(clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),SYNC_AFTER))}sync(){let{model}=this.player;model.get("frame")!==this.frame&&(model.set("frame",this.frame),model.save_changes())}toggle(play=!this.playing){this.playing=play;let name=play?"Pause the training":"Play through training";this.playButton.replaceChildren(sign(play?"pause":"play")),this.playButton.title=name,this.playButton.setAttribute("aria-label",name),clearInterval(this.interval),play&&(this.frame===this.frames.length-1&&this.seek(0),this.interval=setInterval(()=>{this.seek(this.frame+1),(this.frame===this.frames.length-1||!this.root.isConnected)&&this.toggle(!1)},1e3/FRAMES_PER_SECOND))}key(event){let{key,shiftKey,ctrlKey,metaKey,altKey,target}=event,by={ArrowLeft:-1,ArrowRight:1}[key];!shiftKey||ctrlKey||metaKey||altKey||!by||target.type==="text"||(event.preventDefault(),event.stopPropagation(),this.seek(this.frame+by))}destroy(){this.toggle(!1),clearTimeout(this.timer),this.player.model.off("change:frame",this.onModelFrame)}};function readAddress(){try{return decodeURIComponent(location.hash.slice(1))}catch{throw new Error(`The page's address can't be read behind its '#': ${location.hash}`)}}function writeAddress(text2){let{pathname,search}=location;history.replaceState(null,"",text2?`#${text2}`:pathname+search)}var Bits=class{constructor(onFlip){this.onFlip=onFlip,this.words=[],this.at=[0,0],this.root=element("div",{class:"mp-bits",role:"group","aria-label":"bits of the words: arrow keys move, space flips",onclick:event=>this.click(event),onkeydown:event=>this.key(event)}),this.ends=element("div",{class:"mp-bits-ends","aria-hidden":"true"})}show(words,group2){let shape=list=>`${list.length} ${list[0]?.length}`;shape(words)!==shape(this.words)&&this.build(words,group2),this.words=words,words.forEach((word,i)=>Array.from(word).forEach((bit,j)=>this.cells[i][j].setAttribute("aria-checked",String(bit==="1"))))}build(words,group2){this.cells=words.map((word,i)=>Array.from(word,(_,j)=>element("button",{type:"button",role:"switch",tabindex:"-1","aria-label":`word ${i+1}, bit ${j+1}`,"data-word":i,"data-bit":j})));let columns=this.cells.map((cells,i)=>{let last=(i+1)%group2===0&&group2>1?" mp-bits-last":"";return element("div",{class:`mp-bits-word${last}`},...cells)}),held2=hasFocus(this.root);this.root.replaceChildren(...columns);let names=["bit 1",`bit ${words[0].length}`].slice(0,words[0].length);this.ends.replaceChildren(...names.map(name=>element("span",{},name))),this.move(...this.at,held2)}move(word,bit,focus=!0){let last=list=>list.length-1,[before]=this.root.querySelectorAll("[tabindex='0']");before?.setAttribute("tabindex","-1"),word=Math.max(0,Math.min(last(this.cells),word)),bit=Math.max(0,Math.min(last(this.cells[word]),bit)),this.at=[word,bit];let cell=this.cells[word][bit];cell.setAttribute("tabindex","0"),focus&&cell.focus()}click(event){let{word,bit}=event.target.dataset;word!==void 0&&(this.move(Number(word),Number(bit)),this.onFlip(...this.at))}key(event){if(event.ctrlKey||event.metaKey||event.altKey)return;let[word,bit]=this.at,moves={ArrowLeft:[word-1,bit],ArrowRight:[word+1,bit],ArrowUp:[word,bit-1],ArrowDown:[word,bit+1],Home:[0,bit],End:[this.cells.length,bit]};event.key in moves&&(event.preventDefault(),event.stopPropagation(),this.move(...moves[event.key]))}};var Place=class{constructor(run,name,flat2){let row2=run.arrays[name];this.name=name,this.flat=flat2,this.index=indicesOf(row2.shape.slice(1),flat2),this.letters=row2.axes.split(" ").slice(1),this.kind=row2.kind,this.size=row2.shape.at(-1),this.computed=!row2.optional}get location(){return this.letters.filter(letter=>letter==="N").length===1?this.index[this.letters.indexOf("N")]:null}isIn(run){let shape=run.arrays[this.name]?.shape.slice(1);return!!shape&&this.index.every((at,i)=>at<shape[i])}say(table,axes){return nameCell(this.name,this.index,table,axes)+inPython(this.name,this.index,axes)}get key(){return`${this.name}[${this.index}]`}};var GATES3=["T","T R","T R 3"],KINDS2=["fraction","strength","distribution"],HIGHEST_STRENGTH=20,STEPS={this:"at this step",on:"from this step on",all:"at all steps"};function silences(heads){let all=Object.entries({links:["link"],usage:["usage"],content:["write_content_weighting","read_content_weighting"]}).map(([part,names])=>[part,names.map(name=>[name,[]])]);for(let head=0;head<heads;head++)all.push([heads>1?`read head ${head}`:"the read head",[["read_weighting",[head]]]]);return all}var Tools=class{constructor(laboratory){this.laboratory=laboratory,this.chosen=null,this.places=gates(laboratory.run),this.parts=silences(laboratory.run.heads);let line3=(...parts)=>element("div",{class:"mp-tools"},...parts);this.root=element("div",{class:"mp-more"},line3(...this.buildHold()),line3(...this.buildSilence(),...this.buildSeed()),line3(...this.buildText()))}buildHold(){let choice=(label,change)=>element("select",{"aria-label":label,onchange:()=>change()});this.target=choice("what to hold",()=>this.follow()),this.steps=choice("when",()=>this.follow()),this.steps.append(...Object.entries(STEPS).map(([value,text2])=>element("option",{value},text2)));let typed=(type,label)=>element("input",{type,"aria-label":label,oninput:event=>this.hold(event.target),onchange:()=>this.letGo()});return this.slider=typed("range","value"),this.number=typed("number","value as a number"),this.release=press("release","Let it be what it is","release",()=>this.free()),this.cutButton=press("cut","Set this link to 0 (delete)","cut this link",()=>this.cut()),[element("label",{},"hold ",this.target),this.slider,this.number,this.steps,this.release,this.cutButton]}get place(){return this.target.value==="cell"?this.chosen:this.places[Number(this.target.value)]}get span(){let{step}=this.laboratory.player;return{this:[step,step],on:[step,null],all:[0,null]}[this.steps.value]}editsOf({name,index,kind,size},value){let[first2,last]=this.span,edit={name,index,first:first2,last,value};if(kind!=="distribution"||index.length<2)return[edit];let rest=Number(((1-value)/(size-1)).toPrecision(6));return[{...edit,index:index.slice(0,-1),value:rest},edit]}hold(input){let{place}=this;if(!place||input.value===""||!input.checkValidity())return input.reportValidity();let other=input===this.slider?this.number:this.slider;other.value=input.value,this.dragging??=Symbol(place.key),this.laboratory.edit(this.editsOf(place,Number(input.value)),this.dragging)}letGo(){this.dragging=null}free(){let{laboratory,place}=this,{now}=laboratory,own=held(now.edits,place);laboratory.propose({...now,edits:now.edits.filter(edit=>!own.includes(edit))})}cut(){let[first2,last]=this.span,{name,index}=this.chosen;this.laboratory.edit([{name,index,first:first2,last,value:0}])}buildSilence(){return this.part=element("select",{"aria-label":"what to silence"},...this.parts.map(([name],value)=>element("option",{value},name))),this.silenceButton=press("silence","Set it to 0 from this step on","",()=>{let{step}=this.laboratory.player,[,cells]=this.parts[Number(this.part.value)];this.laboratory.edit(cells.map(([name,index])=>({name,index,first:step,last:null,value:0})))}),[element("label",{},"silence ",this.part),this.silenceButton]}buildSeed(){let{laboratory}=this;return laboratory.task?(this.seed=element("input",{type:"number",min:0,max:999999,step:1,required:"",onchange:({target})=>target.checkValidity()?laboratory.renew(Number(target.value)):target.reportValidity()}),[element("label",{},"words by seed ",this.seed)]):[]}buildText(){let{laboratory}=this;return this.text=element("input",{type:"text",spellcheck:"false",autocomplete:"off",placeholder:"nothing is changed",onchange:()=>laboratory.read(this.text.value)}),this.copied=element("span",{role:"status"}),this.copyButton=press("copy","Copy the line for Python","copy as text",()=>this.copy()),[element("label",{class:"mp-text"},"as text ",this.text),this.copyButton,this.copied]}async copy(){let{now,run}=this.laboratory,options=now.options??(run.own?optionsOf(run.own):null),line3=asPython(format({...now,options}),!!run.own);try{await navigator.clipboard.writeText(line3),this.copied.textContent="copied"}catch{this.text.value=line3,this.text.select(),this.copied.textContent="press Ctrl+C to copy"}}choose(place){this.chosen=place.computed?place:null,this.offer(),this.chosen&&(this.target.value="cell")}offer(){let{laboratory,places,chosen}=this,{table,axes}=laboratory,before=this.target.value,option=(value,text2)=>element("option",{value},text2),options=places.map((place,value)=>option(value,place.say(table,axes)));chosen&&options.push(option("cell",chosen.say(table,axes))),this.target.replaceChildren(...options),this.target.value=before===""||before==="cell"&&!chosen?"0":before}follow(){let{laboratory}=this,{run,player,now,seed}=laboratory;this.chosen&&!this.chosen.isIn(run)&&(this.chosen=null),this.offer();let{place}=this,value=run.at(place.name,player.step)[place.flat],[low,high,grain]=limits(run,place);for(let input of[this.slider,this.number]){let free=input===this.number&&place.kind==="number";input.min=free?"":low,input.max=input===this.number&&place.kind==="strength"||free?"":high,input.step=input===this.number?"any":grain,this.dragging||(input.value=Number(value.toPrecision(4)))}this.release.disabled=held(now.edits,place).length===0,this.cutButton.hidden=!(this.target.value==="cell"&&place.name==="link"),this.silenceButton.textContent=`from step ${player.step} on`,this.seed&&!hasFocus(this.seed)&&(this.seed.value=seed);let text2=format(now);this.told!==text2&&(this.told=text2,this.text.value=text2,this.copied.textContent="")}};function gates(run){return run.names(({axes,kind})=>GATES3.includes(axes)&&KINDS2.includes(kind)).flatMap(name=>Array.from({length:run.size(name)},(_,flat2)=>new Place(run,name,flat2)))}function held(edits,{name,index,kind}){let part=kind==="distribution"?index.slice(0,-1):index;return edits.filter(edit=>edit.name===name&&part.every((at,i)=>edit.index[i]===at))}function limits(run,{name,kind}){let{low,high}=run.arrays[name];if(kind==="strength")return[1,Math.max(HIGHEST_STRENGTH,Math.ceil(high)),.1];if(kind==="activation")return[-1,1,.01];if(kind!=="number")return[0,1,.01];let end=Math.max(1,Math.ceil(Math.max(-low,high)));return[-end,end,.01]}var Trial=class{constructor(run,task){this.run=run,this.task=task}sequence(words){let{task}=this;if(!task){if(words)throw new Error("There is no task here that could make a sequence of words.");return{}}let wanted=words??task.words;if(this.made?.key!==String(wanted)){let flat2=Object.entries(task.make(wanted)).map(([name,values])=>[name,Float64Array.from(values.flat())]);this.made={key:String(wanted),sequence:Object.fromEntries(flat2)}}return this.made.sequence}of(disturbance){return this.run.disturbed(disturbance,this.sequence(disturbance.words))}get varies(){return!!(this.task||this.run.agent)}fresh(seed,edits){let{run,task}=this,changed={...run.disturbance,edits:[...run.disturbance.edits,...edits]};if(task){let count=(changed.words??task.words).length/task.group;changed.words=task.random(count,seed)}else{let[random,longest]=[seeded(seed),run.agent.longest],below=limit=>1+Math.floor(random()*limit);changed.options={sign:below(2),distance:below(longest)}}return this.of(changed)}undisturbed(){let{disturbance}=this.run;if(!disturbance.edits.length)return this.plain=this.run;let plain2={...disturbance,edits:[]};return(!this.plain||format(this.plain.disturbance)!==format(plain2))&&(this.plain=this.of(plain2)),this.plain}shown(comparing){let{run}=this,plain2=this.undisturbed();if(plain2===run)return run.label="",[run];for(let[name,row2]of Object.entries(run.arrays))row2.low=Math.min(row2.low,plain2.arrays[name].low),row2.high=Math.max(row2.high,plain2.arrays[name].high);return run.label=comparing?"disturbed":"",plain2.label=comparing?"undisturbed":"",comparing?[run,plain2]:[run]}};var LARGER=[1,4,16],SYNC_AFTER2=120,Laboratory=class{constructor(player,header){this.player=player,this.model=player.model,this.task=taskOf(header.task),this.table=player.runs[0].arrays,this.trial=new Trial(player.runs[0],this.task),this.history=new History(this.run.disturbance),this.comparing=!1,this.selected=null,this.seed=0,this.build(),this.listen(),this.draw(),this.begin()}build(){this.message=element("p",{class:"mp-message",role:"alert"}),this.verdict=element("output",{class:"mp-error"}),this.list=element("ul",{class:"mp-edits","aria-label":"changes"}),this.wipeButton=press("wipe","Set the location to 0 once (delete)","",()=>this.wipe()),this.hint=element("span",{class:"mp-hint"}),this.buttons={undo:press("undo","Undo (Ctrl+Z)","undo",()=>this.undo()),redo:press("redo","Redo (Ctrl+Shift+Z)","redo",()=>this.redo()),reset:press("reset","Take all changes back","reset",()=>this.propose(UNDISTURBED))};let compare="Show the undisturbed run beside this one";this.compareButton=press("compare",compare,"compare",()=>this.compare()),this.tools=new Tools(this),this.moreButton=press("more","Show more to change","more",()=>this.showMore()),this.moreButton.setAttribute("aria-expanded","false"),this.sizes=element("span",{class:"mp-group-of",role:"group","aria-label":"number of locations"});let row2=(...parts)=>element("div",{class:"mp-tools"},...parts),undoing=element("span",{class:"mp-group-of"},...Object.values(this.buttons));this.root=element("section",{class:"mp-lab","aria-label":"laboratory"},...this.buildWords(),element("div",{class:"mp-lab-body"},row2(...this.counting,element("span",{class:"mp-named"},"locations",this.sizes),undoing,this.wipeButton,this.hint,this.moreButton,this.verdict,this.compareButton,this.list),this.message),this.tools.root),this.tools.root.hidden=!0,this.player.slots.laboratory.replaceChildren(this.root)}buildWords(){return this.counting=[],this.task?(this.bits=new Bits((word,bit)=>this.flip(word,bit)),this.count=element("output",{class:"mp-count"}),this.fewer=press("fewer","Fewer words","−",()=>this.resize(-1)),this.more=press("longer","More words","+",()=>this.resize(1)),this.counting=[element("span",{class:"mp-group-of"},this.fewer,this.count,this.more),press("new-words","Other words, at random","new words",()=>this.renew(this.seed+1))],[element("div",{class:"mp-lab-words"},this.bits.ends,this.bits.root)]):[]}listen(){let{player,model}=this;player.onCell(cell=>this.choose(cell)),player.root.addEventListener("keydown",event=>this.key(event)),this.root.addEventListener("keydown",event=>{["INPUT","SELECT"].includes(event.target.tagName)&&!isUndo(event)&&event.stopPropagation()}),this.onModel=()=>{let text2=model.get("disturbance")??"";text2!==format(this.now)&&this.read(text2)},model.on("change:disturbance",this.onModel),model.get("address")&&(this.onAddress=()=>this.attempt(()=>this.propose(parse(readAddress()))),window.addEventListener("hashchange",this.onAddress))}begin(){this.onAddress&&location.hash.length>1&&this.onAddress()}get words(){return this.now.words??this.task.words}get run(){return this.trial.run}get now(){return this.wanted?.next??this.history.now}propose(next,gesture=null){this.wanted&&(gesture===null||this.wanted.gesture!==gesture)&&this.commit(),this.wanted={next,gesture},this.request??=requestAnimationFrame(()=>this.commit())}commit(){if(cancelAnimationFrame(this.request),this.request=null,!this.wanted)return;let{next,gesture}=this.wanted;this.wanted=null,this.attempt(()=>{let run=this.trial.of(next);this.history.change(next,gesture),this.present(run)})}undo(){this.commit(),this.history.undo()&&this.attempt(()=>this.present(this.trial.of(this.history.now)))}redo(){this.commit(),this.history.redo()&&this.attempt(()=>this.present(this.trial.of(this.history.now)))}attempt(action){this.message.textContent="";try{action()}catch(error){this.message.textContent=error.message,this.draw()}}read(line3){this.attempt(()=>this.propose(parse(pasted(line3))))}flip(word,bit){let words=[...this.words],other=words[word][bit]==="1"?"0":"1";words[word]=words[word].slice(0,bit)+other+words[word].slice(bit+1),this.say(words)}say(words){let own=String(words)===String(this.task.words);this.propose({...this.now,words:own?null:words})}resize(by){let{task,words}=this;if(by<0)return this.say(words.slice(0,words.length-task.group));this.seed+=1,this.say(task.longer(words,seeded(this.seed)))}renew(seed){this.seed=seed,this.say(this.task.random(this.words.length/this.task.group,seed))}resizeMemory(locations){let own=locations===this.run.original.sizes.locations;this.propose({...this.now,locations:own?null:locations})}edit(edits,gesture=null){this.propose(add2(this.now,edits),gesture)}choose({run,name,index}){run.signed||(this.selected=new Place(run,name,index),this.tools.choose(this.selected),this.follow())}wipe(place=this.selected){let at=place?.location;if(at==null)return;let{step}=this.player;this.edit([{name:"memory",index:[at],first:step,last:step,value:0}])}compare(){this.comparing=!this.comparing,this.commit(),this.show(),this.draw()}showMore(){let{root:root2}=this.tools;root2.hidden=!root2.hidden,this.moreButton.setAttribute("aria-expanded",String(!root2.hidden)),this.follow()}key(event){if(isUndo(event)&&event.target.type!=="text")event.key.toLowerCase()==="z"&&!event.shiftKey?this.undo():this.redo();else if(event.key==="Delete"&&event.target.tagName==="CANVAS")this.wound();else return;event.preventDefault(),event.stopPropagation()}wound(){let{panel}=this.player.chosen??{};if(!panel?.address||panel.view.run.signed)return;let{name,index}=panel.address(...panel.cell);this.choose({run:panel.view.run,name,index}),name==="link"?this.tools.cut():this.wipe()}present(run){this.trial.run=run,this.show(),this.draw(),clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),SYNC_AFTER2)}show(){this.player.show(this.trial.shown(this.comparing))}get axes(){return this.player.board.front.axes}draw(){let{history:history2,run}=this,{edits}=history2.now;if(this.bits){let{words,task}=this,count=words.length/task.group;this.bits.show(words,task.group),this.count.textContent=`${count} ${count===1?task.thing:`${task.thing}s`}`,this.fewer.disabled=count<=task.fewest,this.more.disabled=count>=task.most}this.drawSizes(run),this.buttons.undo.disabled=history2.past.length===0,this.buttons.redo.disabled=history2.future.length===0,this.buttons.reset.disabled=format(history2.now)==="",this.compareButton.setAttribute("aria-pressed",String(this.comparing)),this.compareButton.hidden=edits.length===0,this.drawError(),this.follow()}drawSizes({locations,original}){let own=original.sizes.locations,offered=[...new Set([...LARGER.map(times=>own*times),locations])],make=size=>{let title=`Run the same weights with ${size} locations`;return press("locations",title,String(size),()=>this.resizeMemory(size))};this.sizes.dataset.offered!==String(offered)&&this.sizes.replaceChildren(...offered.map(make)),this.sizes.dataset.offered=offered;for(let button of this.sizes.children)button.setAttribute("aria-pressed",String(button.textContent===String(locations)))}drawError(){let error=countWrong(this.run);if(this.verdict.hidden=error===null,error===null)return;let plain2=this.trial.undisturbed(),undisturbed=plain2===this.run?"":`; undisturbed: ${countWrong(plain2).wrong}`;this.verdict.textContent=`${error.wrong} of ${error.asked} bits wrong${undisturbed}`,this.verdict.dataset.wrong=error.wrong,this.verdict.dataset.asked=error.asked}follow(){let{selected,player}=this,at=selected?.location??null;this.wipeButton.hidden=at===null||!this.run.has("memory"),at!==null&&(this.wipeButton.textContent=`Wipe location ${this.axes.number("N",at)} at step ${player.step}`);let flip=this.bits?"a bit to flip it, or ":"",changed=this.history.now.edits.length>0;this.hint.textContent=at===null&&!changed?`Click ${flip}a row of the memory to wipe it.`:"";let shown=groups(this.history.now.edits).map(group2=>[group2,describe(group2,this.table,this.axes)]),said=shown.map(([,text2])=>text2).join();if(this.said!==said){let held2=hasFocus(this.list);this.list.replaceChildren(...shown.map(one=>this.entry(...one))),held2&&(this.list.querySelector("button")??this.moreButton).focus()}this.said=said,this.tools.root.hidden||this.tools.follow()}entry(group2,text2){let label=`Take back: ${text2}`,button=press("remove",label,"×",()=>this.propose(remove(this.now,group2)));return button.setAttribute("aria-label",label),element("li",{},text2,button)}sync(){this.timer=void 0;let text2=format(this.history.now);this.onAddress&&writeAddress(text2),this.model.get("disturbance")!==text2&&(this.model.set("disturbance",text2),this.model.save_changes())}destroy(){cancelAnimationFrame(this.request),clearTimeout(this.timer),this.model.off("change:disturbance",this.onModel),window.removeEventListener("hashchange",this.onAddress)}},isUndo=({key,ctrlKey,metaKey,altKey})=>(ctrlKey||metaKey)&&!altKey&&["z","y"].includes(key.toLowerCase());var Guide=class{constructor(player,about){Object.assign(this,{player,...about}),this.button=press(this.name,this.title,this.name,()=>this.toggle()),this.button.setAttribute("aria-expanded","false"),this.progress=element("span",{class:"mp-progress"}),this.heading=element("h4",{}),this.text=element("p",{}),this.body=element("div",{class:"mp-guide-body"}),this.actions=element("div",{class:"mp-guide-actions"});let said=element("div",{class:"mp-said","aria-live":"polite"});said.append(element("div",{},this.heading,this.progress),this.text),this.card=element("section",{class:"mp-guide","aria-label":this.name});let close=press("close-guide","Close (escape)","×",()=>this.close());close.setAttribute("aria-label","Close (escape)"),this.card.append(said,this.actions,close,this.body),this.card.addEventListener("keydown",event=>this.key(event)),player.slots.guides.append(this.button)}get isOpen(){return this.player.guide===this}toggle(){this.isOpen?this.close():this.open()}open(){this.player.guide?.close(),this.player.toggle(!1),this.player.guide=this,this.player.slots.tour.replaceChildren(this.card),this.button.setAttribute("aria-expanded","true"),this.begin()}close(){if(!this.isOpen)return;let hasFocus2=this.card.matches(":focus-within");this.player.guide=null,this.player.slots.tour.replaceChildren(),this.button.setAttribute("aria-expanded","false"),this.end(),hasFocus2&&this.button.focus()}say(title,progress,text2){this.heading.textContent=title,this.progress.textContent=progress,this.text.textContent=text2}key(event){if(event.ctrlKey||event.metaKey||event.altKey)return;let action=event.key==="Escape"?()=>this.close():this.keys(event);action&&(event.preventDefault(),event.stopPropagation(),action())}reveal(frame){let{root:root2}=this.player,head=root2.querySelector(".mp-head").offsetHeight;root2.style.setProperty("--mp-covered",`${head+24}px`);let still=matchMedia("(prefers-reduced-motion: reduce)").matches,block=frame.offsetHeight<window.innerHeight-head-48?"nearest":"start";frame.scrollIntoView({block,behavior:still?"auto":"smooth"})}};var questions_exports={};__export(questions_exports,{WAYS:()=>WAYS2,excerpt:()=>excerpt,explain:()=>explain,hasQuestion:()=>hasQuestion,invent:()=>invent,judge:()=>judge,questionsOf:()=>questionsOf,readQuestion:()=>readQuestion,varied:()=>varied,writeQuestion:()=>writeQuestion});var CLEAR=.5,SURE=.75,ALIKE=.01,WOUNDED=.5,RUNNING=2,WAYS2={write:{allocated:"newly allocated",content:"found by content"},read:{content:"found by content",forward:"by the link forward",backward:"by the link backward"}};function excerpt(run,steps){return Object.assign(Object.create(run),{steps})}var ofHead=(run,name,step,head)=>run.at(name,step).slice(head*run.locations,(head+1)*run.locations);function writeQuestion(run,step){let{isAllocated,...write2}=writeAt(run,step);if(!(write2.weight>CLEAR))return null;let usage2=run.at("usage",step).slice(),matches=run.at("write_content_weighting",step).slice(),reason=isAllocated?run.at("allocation_weighting",step):matches;return peak(reason,0,run.locations).location!==write2.location?null:{kind:"write",step,...write2,way:isAllocated?"allocated":"content",usage:usage2,matches}}function readQuestion(run,step,head){let read3=readAt(run,step,head),{location:location2,way,last,weight}=read3;if(!(weight>CLEAR))return null;let matches=ofHead(run,"read_content_weighting",step,head),found=way==="content"?matches:ofHead(run,`${way}_weighting`,step,head);if(peak(found,0,run.locations).location!==location2)return null;let before=ofHead(run,"read_weighting",step-1,head);return way!=="content"&&!(found[location2]>SURE&&before[last]>SURE)?null:{kind:"read",step,head,...read3,matches}}function*each2(run){for(let step=1;step<run.steps;step++){yield writeQuestion(run,step);for(let head=0;head<run.heads;head++)yield readQuestion(run,step,head)}}var questionsOf=run=>[...each2(run)].filter(Boolean);function hasQuestion(run){if(run.has("usage")){for(let question of each2(run))if(question)return!0}return!1}var kindOf=({kind,way})=>`${kind} ${way}`;function varied(questions){let asked=[];for(let question of questions){let latest=asked.slice(-RUNNING).map(kindOf);(latest.length<RUNNING||latest.some(kind=>kind!==kindOf(question)))&&asked.push(question)}return asked}function draw(questions,random){let pick=list=>list[Math.floor(list.length*random())],kind=pick([...new Set(questions.map(kindOf))]);return pick(questions.filter(question=>kindOf(question)===kind))}function wounds(run,random){let reads=questionsOf(run).filter(({kind})=>kind==="read");if(!reads.length)return[];let{step,head}=reads[Math.floor(reads.length*random())],edit={first:step,last:step};return random()<.3?[{...edit,name:"write_gate",index:[],first:reads[0].step,last:null,value:1}]:[{...edit,name:"read_modes",index:[head],value:0},{...edit,name:"read_modes",index:[head,0],value:1}]}function invent(fresh,random){let changed=random()<WOUNDED?wounds(fresh([]),random):[];for(let wound of[changed,[]]){let run=fresh(wound),clear=questionsOf(run).filter(({step})=>step>=(wound[0]?.first??0));if(clear.length)return{run,question:draw(clear,random),wound}}return null}function judge(question,{location:location2,way}){let{usage:usage2}=question,isAlike2=question.way==="allocated"&&usage2[location2]-usage2[question.location]<ALIKE;return{location:location2===question.location||isAlike2,reason:way===question.way}}function explain(question,number2){let{kind,step,location:location2,weight,way,usage:usage2,matches,last}=question,share3=value=>value.toFixed(2),place=`${kind==="write"?`Step ${step} wrote to`:`Step ${step} read`} location ${number2(location2)} (${share3(weight)})`;if(way==="content")return`${place}, found by content: it matched what the ${kind==="write"?"step":"head"} looked for with ${share3(matches[location2])}.`;if(way!=="allocated")return`${place}, by the link ${way}: it was written right ${way==="forward"?"after":"before"} location ${number2(last)}, which was read at step ${step-1}.`;let alike=usage2.filter(value=>value-usage2[location2]<ALIKE).length,others=alike>1?`; ${alike} locations were as free, so any of them counts`:"";return`${place}, newly allocated: its usage of ${share3(usage2[location2])} was the lowest${others}.`}var swatch=name=>element("span",{class:"mp-key"},element("i",{class:`mp-${name}`},element("b")),name),TYPING=1e3,Quiz=class{constructor(player){this.player=player;let{model}=player;this.score=["quiz_right","quiz_asked"].map(name=>model.get(name)??0),this.guide=new Guide(player,{name:"quiz",title:"Which location is written or read next, and why?",begin:()=>this.begin(),end:()=>this.end(),keys:event=>this.keys(event)}),this.onward=press("next-question","Another question","next question",()=>this.ask()),this.guide.actions.append(this.onward),player.onShow(()=>this.follow()),this.follow()}begin(){let{player}=this;this.runs=player.runs,this.stepBefore=player.step,this.typed="",this.questions=[],player.slots.laboratory.hidden=!0,this.ask()}end(){let{player}=this;player.answering=null,player.slots.laboratory.hidden=!1,player.light(this.run,[]),this.shows&&(this.shows=null,player.show(this.runs),player.seek(this.stepBefore))}follow(){let{guide,player}=this,[run]=player.runs;if(guide.isOpen){if(run===this.shows)return this.drawChoices();this.shows=null,guide.close()}let none=!hasQuestion(run);guide.button.hidden=none&&!(player.film&&run.has("usage")),guide.button.disabled=none,guide.button.title=none?"No step of this frame is clear enough to ask about":guide.title}next(){let trial=this.player.laboratory?.trial,seed=Math.floor(Math.random()*2**32),found=trial?.varies&&invent(edits=>trial.fresh(seed,edits),seeded(seed));return this.wound=found?.wound??[],found?[found.run,found.question]:(this.questions.length||(this.questions=varied(questionsOf(this.runs[0]))),[this.runs[0],this.questions.shift()])}ask(){let{player}=this;[this.run,this.question]=this.next(),this.answer={},this.judged=null,this.show(this.question.step),player.answering=cell=>this.point(cell),this.onward.hidden=!0,this.draw(),this.lookAtMemory(),this.places.find(place=>place.tabIndex===0).focus({preventScroll:!0})}show(steps){let{player}=this;player.light(this.run,[]),this.shows=excerpt(this.run,steps),player.show([this.shows],{steps:this.run.steps,reorder:!0}),player.seek(steps-1)}number=location2=>this.axes.number("N",location2);point({panel}){panel.rows.kind==="N"&&this.choose(panel.rows.places[panel.cell[0]])}choose(location2){this.judged||(this.answer.location=location2,this.drawChoices(),this.reasons[0].focus({preventScroll:!0}))}give(way){if(this.judged||this.answer.location===void 0)return;this.answer.way=way,this.judged=judge(this.question,this.answer);let isRight=this.judged.location&&this.judged.reason;this.score=[this.score[0]+isRight,this.score[1]+1];let{model}=this.player;model.set("quiz_right",this.score[0]),model.set("quiz_asked",this.score[1]),model.save_changes(),this.reveal()}reveal(){let{player,question}=this;player.answering=null,this.show(question.step+1);let{kind,head=0,location:location2,step}=question,index=head*this.run.locations+location2;player.light(this.shows,[{name:`${kind}_weighting`,index,step}]),this.onward.hidden=!1,this.draw(),this.lookAtMemory(),this.onward.focus({preventScroll:!0})}lookAtMemory(){let{panels}=this.player.board.front;this.guide.reveal(panels.find(({name})=>name==="memory").frame)}keys({key}){if(this.judged)return null;if(/^\d$/.test(key))return()=>this.type(key);let{places}=this,at=places.findIndex(place=>place.matches(":focus"));if(at<0)return null;let to={ArrowRight:at+1,ArrowLeft:at-1,Home:0,End:places.length-1}[key];return to===void 0?null:()=>this.reach(places[to])}reach(place){if(place){for(let one of this.places)one.tabIndex=one===place?0:-1;place.focus()}}type(digit){clearTimeout(this.timer),this.timer=setTimeout(()=>this.typed="",TYPING);let reaches=text2=>this.places.find(({dataset})=>dataset.number===text2);this.typed=reaches(this.typed+digit)?this.typed+digit:digit,this.reach(reaches(this.typed))}draw(){let{guide,question,judged}=this,{kind,step}=question,[right,asked]=this.score,progress=`${right} of ${asked} right`;if(this.drawChoices(),!judged){let who=this.run.heads>1?`head ${this.axes.count(question.head)}`:"the head",does=kind==="write"?`does step ${step} write to`:`does ${who} read at step ${step}`,bars=kind==="write"?"how full a location is (usage), and how well it matches what the step looks for.":"how well a location matches what the head looks for.";return guide.say(`Which location ${does}?`,progress,`${this.tellWound()}You see the memory after step ${step-1}. Click a row or a number. The bars: ${bars}`)}let verdict2=judged.location&&judged.reason?"Right":judged.location?"The reason is another":"Not this time";guide.say(verdict2,progress,this.tellWound()+explain(question,this.number))}get axes(){return this.player.board.front.axes}tellWound(){let told=groups(this.wound).map(group2=>describe(group2,this.run.arrays,this.axes));return told.length?`This run is changed: ${told.join("; ")}. `:""}drawChoices(){let{question,answer,judged,guide}=this,order=this.player.board.front.axes.of("N").places;this.places=order.map(location2=>this.place(location2));let reach=this.places.find(place=>place.matches("[aria-pressed=true]"))??this.places[0];for(let place of this.places)place.tabIndex=place===reach?0:-1;this.reasons=Object.entries(WAYS2[question.kind]).map(([way,text2])=>{let button=press("reason",text2,text2,()=>this.give(way));return button.disabled=answer.location===void 0||judged!==null,button.setAttribute("aria-pressed",String(answer.way===way)),button});let about={class:"mp-places",role:"group","aria-label":"locations"},why={class:"mp-reasons",role:"group","aria-label":"reason"};guide.body.replaceChildren(element("div",about,...this.places,...question.usage?[swatch("usage")]:[],swatch("match")),element("div",why,element("span",{},"Why there?"),...this.reasons)),guide.body.dataset.step=question.step}place(location2){let{question,answer,judged}=this,number2=this.number(location2),shown={usage:question.usage?.[location2],match:question.matches[location2]},bars=Object.entries(shown).filter(([,value])=>value!==void 0),bar2=(name,value)=>{let style={height:`${100*Math.max(0,Math.min(1,value))}%`};return element("i",{class:`mp-${name}`},element("b",{style}))},button=press("place",null,number2,()=>this.choose(location2)),told=bars.map(([name,value])=>`${name} ${value.toFixed(2)}`),title=`location ${number2}: ${told.join(", ")}`;for(let name of["title","aria-label"])button.setAttribute(name,title);return button.append(element("span",{"aria-hidden":"true"},...bars.map(one=>bar2(...one)))),button.setAttribute("aria-pressed",String(answer.location===location2)),button.dataset.number=number2,button.disabled=judged!==null,judged&&location2===question.location&&button.classList.add("mp-written"),button}};var CLEAR2=.5,share2=value=>value.toFixed(2),stepsOf=run=>Array.from({length:run.steps},(_,step)=>step),findAll=(run,look)=>stepsOf(run).flatMap(step=>{let found=look(step);return found?[{step,...found}]:[]}),first=(run,look)=>findAll(run,look)[0]??null,most=list=>list.reduce((best,one)=>one.part>(best?.part??0)?one:best,null);function findAllocation(run){return first(run,step=>{let write2=writeAt(run,step),{location:location2}=write2,isFree=run.at("allocation_weighting",step)[location2]>CLEAR2;return!(write2.weight>CLEAR2)||!write2.isAllocated||!isFree?null:{location:location2,usage:run.at("usage",step)[location2]}})}function findWrite(run){let[one,two]=findAll(run,step=>{let{location:location2,weight}=writeAt(run,step);return weight>CLEAR2?{location:location2,weight}:null});return two??one??null}function findLink(run){let from=null;return first(run,step=>{let{location:location2,weight,total}=writeAt(run,step);if(!(total>CLEAR2))return null;let[before,isClear]=[from,weight>CLEAR2];if(from=isClear?location2:null,!isClear||before===null||before===location2)return null;let link2=run.at("link",step)[location2*run.locations+before];return link2>CLEAR2?{location:location2,before,link:link2}:null})}function findRead(run,way){let N=run.locations,heads=Array.from({length:run.heads},(_,head)=>head),reads=findAll(run,step=>most(heads.map(head=>({head,...readAt(run,step,head)})).filter(read3=>read3.way===way&&read3.weight>CLEAR2&&read3.part>CLEAR2).filter(read3=>{if(way==="content")return!0;if(!step)return!1;let before=peak(run.at("read_weighting",step-1),read3.head*N,N),link2=run.at("link",step)[read3.location*N+read3.last];return before.weight>CLEAR2&&link2>CLEAR2})));return most(reads)}function findFreed(run){let N=run.locations;return first(run,step=>{let freed=freedAt(run,step).map(location2=>{let usage2=[step-1,step].map(at=>run.at("usage",at)[location2]);return{location:location2,usage:usage2,part:usage2[0]-usage2[1]}}),found=most(freed);if(!found||found.usage[0]<=CLEAR2)return null;let before=run.at("read_weighting",step-1),gates2=run.at("free_gates",step),heads=Array.from(gates2,(gate,head)=>({head,gate,part:gate*before[head*N+found.location]}));return{...found,...most(heads)}})}function findAnswer(run){if(!hasBits(run))return null;let bits=run.size("output");return findAll(run,step=>{if(!isAsked(run,step))return null;let all=Array.from({length:bits},(_,bit)=>bit);return{bits,right:all.filter(bit=>!isWrong(run,step,bit)).length}}).at(-1)??null}var STOPS=[{title:"The memory is a table",what:"the memory",level:"simple",find:run=>run.has("write_weighting")?{step:0}:null,text:(found,number2,run)=>`Each of its ${run.locations} rows is a location and holds one word of ${run.word} numbers. All were 0 before the run. Each step may write to the table, then reads from it.`,point:()=>[{name:"memory"}]},{title:"Allocate: find room",what:"a write to a free location",level:"simple",find:findAllocation,text:({step,location:location2,usage:usage2},number2)=>`Step ${step} needs room for a new word. It takes the location that is used least, number ${number2(location2)}, with a usage of ${share2(usage2)}. This is called allocation.`,point:({location:location2})=>[{name:"write_weighting",index:location2}]},{title:"Write",what:"a clear write",level:"simple",find:findWrite,text:({step,location:location2,weight},number2)=>`Step ${step} writes to location ${number2(location2)}, the row with the frame. A write can erase the old word and adds a new one, both in proportion to its weight, here ${share2(weight)}.`,point:({location:location2})=>[{name:"memory"},{name:"write_weighting",index:location2}]},{title:"Link: remember the order",what:"a link between two writes",level:"everything",find:findLink,text:({step,location:location2,before,link:link2},number2)=>`Step ${step} wrote to location ${number2(location2)}; the write before it went to ${number2(before)}. A link of ${share2(link2)} in row ${number2(location2)}, column ${number2(before)} keeps this order.`,point:({location:location2,before},run)=>[{name:"link",index:location2*run.locations+before}]},{title:"Read by content",what:"a read by content",level:"everything",find:run=>findRead(run,"content"),text:({step,head,location:location2,part},number2,run)=>`At step ${step}, ${reader(run,head)} looks for the word that resembles its key. Location ${number2(location2)} matches best and is read: the search by content gives ${share2(part)} of its weight.`,point:({head,location:location2},{locations:N})=>[{name:"read_content_weighting",index:head*N+location2},{name:"read_weighting",index:head*N+location2}]},{title:"Follow the link forward",what:"a read that follows a link",level:"everything",find:run=>findRead(run,"forward"),text:({step,head,location:location2,last,part},number2,run)=>`At step ${step}, ${reader(run,head)} need not search. It read location ${number2(last)} one step before, and the link from there leads to ${number2(location2)}: following it gives ${share2(part)} of the weight.`,point:({head,location:location2,last},{locations:N})=>[{name:"forward_weighting",index:head*N+location2},{name:"link",index:location2*N+last}]},{title:"Free what is no longer needed",what:"a location that is freed",level:"everything",find:findFreed,text:({step,location:location2,gate,usage:usage2},number2)=>`Location ${number2(location2)} was read one step before. A free gate of ${share2(gate)} gives it back at step ${step}: its usage falls from ${share2(usage2[0])} to ${share2(usage2[1])}, and a later write may take it.`,point:({head,location:location2})=>[{name:"usage",index:location2},{name:"free_gates",index:head}]},{title:"Answer",what:"an answer in bits",level:"simple",find:findAnswer,text:({step,bits,right})=>`At step ${step} the model answers. From what it read and from its own state, it tells how likely each bit is 1. Rounded to 0 or 1, ${right} of ${bits} bits are right.`,point:()=>[{name:"output"}]}],reader=(run,head)=>run.heads>1?`head ${head}`:"the head";function stopsOf(run){let all=STOPS.map(stop=>({...stop,found:run.has("link")?stop.find(run):null}));return{stops:all.filter(({found})=>found),missing:all.filter(({found})=>!found).map(({what})=>what)}}var NUMBERS={everything:"From here on, locations have Python's numbers, from 0.",simple:"Back in the simple view, locations are counted from 1."},Tour=class{constructor(player){this.player=player,this.guide=new Guide(player,{name:"tour",title:"A tour through this run",begin:()=>this.begin(),end:()=>this.end(),keys:({key})=>({ArrowRight:()=>this.next(),ArrowLeft:()=>this.visit(this.at-1)})[key]}),this.back=press("previous-stop","Left arrow","previous",()=>this.visit(this.at-1)),this.onward=press("next-stop","Right arrow","next",()=>this.next()),this.guide.actions.append(this.back,this.onward),player.onShow(()=>this.follow()),this.follow()}begin(){this.levelBefore=this.player.board.level,this.read(),this.visit(0),this.onward.focus({preventScroll:!0})}end(){this.unmark(),this.player.board.setLevel(this.levelBefore,!1)}read(){this.run=this.player.runs[0],Object.assign(this,stopsOf(this.run))}follow(){let{guide,player}=this,[run]=player.runs;if(guide.button.hidden=!run.has("link"),!(!guide.isOpen||this.moving)){if(guide.button.hidden)return guide.close();run!==this.run?(this.read(),this.visit(Math.min(this.at,this.stops.length-1))):this.mark()}}next(){this.at===this.stops.length-1?this.guide.close():this.visit(this.at+1)}visit(at){if(at<0)return;this.at=at;let{player,guide,run,stops}=this,{title,text:text2,level,found}=stops[at];this.moving=!0,player.toggle(!1),player.board.setLevel(level,!1),player.board.shown!==0&&player.board.tab(0),player.seek(found.step),this.moving=!1;let number2=location2=>player.board.front.axes.number("N",location2),isLast=at===stops.length-1,rest=isLast&&this.missing.length?` This run has no clear example of ${this.missing.join(", ")}.`:"",renumbered=at>0&&stops[at-1].level!==level?` ${NUMBERS[level]}`:"",said=text2(found,number2,run)+renumbered+rest;guide.say(title,`${at+1} of ${stops.length}`,said),this.back.disabled=at===0,this.onward.textContent=isLast?"finish":"next",this.back.disabled&&guide.card.matches(":focus-within")&&this.onward.focus(),this.mark(!0)}mark(scroll=!1){this.unmark();let{player,guide,run}=this,{found,point}=this.stops[this.at],points=point(found,run).map(one=>({...one,step:found.step}));player.light(run,points.filter(({index})=>index!==void 0));let{panels,lines}=player.board.front,shown=[...panels,...lines].filter(panel=>panel.lights.children.length||points.some(({name,index})=>index===void 0&&panel.shows(name)));for(let panel of shown)panel.frame.classList.add("mp-pointed");scroll&&shown.length&&guide.reveal(shown[0].frame)}unmark(){this.player.light(this.run,[]);for(let frame of this.player.root.querySelectorAll(".mp-pointed"))frame.classList.remove("mp-pointed")}};var TOLERANCE=1e-4,LIT=256,LETTERS={N:"n",W:"w",R:"i",H:"q",D:"d",3:"m"};function modelOf(run){if(run.model)return run.model;let{locations,word,heads}=run;return{sizes:{locations,word,heads},weights:null}}var withModel=run=>run.model?run:Object.assign(Object.create(run),{model:modelOf(run)});function explain2(run,name,flat2,step){let value=run.at(name,step)[flat2],row2=run.arrays[name];if(run.signed)return{value,text:"A difference of two runs: each has an explanation."};let index=indicesOf(run.shapeOf(name),flat2),edit=run.disturbance?.edits.findLast(one=>covers(one,name,index,step));if(edit)return{value,text:`Set by the disturbance ${formatEdit(edit)}.`};let whole=withModel(run),formula=run.has("write_weighting")?formulasOf(whole.model).find(one=>one.name===name):null;if(!formula)return{value,text:untold(run,row2)};let axes=formula.axes.split(" ").slice(1),letters=formula.letters??axes.map((axis2,i)=>LETTERS[axis2]??index[i]),left=new Letters(whole.model).now(name,...letters),general=formula.explain(new Letters(whole.model),...letters),own=formula.explain(new Numbers(whole,step),...index),shown=shorten(own),lines=[{equation:[left,general],numbers:[value,shown]}],[part,itsNumbers]=[namedIn(general),namedIn(shown)];part&&lines.push({equation:[part,part.args[0]],numbers:[itsNumbers.value,itsNumbers.args[0]]});let differs=!(Math.abs(own.value-value)<=TOLERANCE*Math.max(1,Math.abs(value))),surprise=`The equation gives ${show(own.value)}: the run was changed, or had begun before.`,note=[formula.note,differs?surprise:""].filter(Boolean).join(" ");return{value,lines,expression:shown,sources:unique(shownSources(shown)),all:unique(sources(own)),note}}function namedIn(expression){if(expression.op==="named")return expression;for(let arg of expression.args){let found=namedIn(arg);if(found)return found}return null}function unique(cells){let known=new Map;for(let cell of cells)known.set(keyOf(cell),cell);return[...known.values()]}function untold(run,row2){return row2?run.has("write_weighting")&&!row2.optional&&row2.label!=="input"?"Asked for by the controller; its weights aren't in this page.":`It isn't computed by an equation of the DNC: ${row2.meaning}.`:""}var Why=class{constructor(player){Object.assign(this,{player,path:[]}),this.root=player.slots.why,player.onCell(cell=>{this.open([cell],cell.event.type==="keydown"),this.root.scrollIntoView({block:"nearest"})}),player.root.addEventListener("keydown",event=>this.key(event),{capture:!0}),this.root.addEventListener("keydown",event=>{let{target,key}=event;target.matches(".mp-why-line")&&target.scrollWidth>target.clientWidth&&["ArrowLeft","ArrowRight"].includes(key)&&event.stopPropagation()}),this.root.addEventListener("click",event=>{let place=event.target.closest?.("[data-from]");place&&this.follow(this.cells[place.dataset.from])})}key(event){event.key!=="Escape"||!this.path.length||(event.preventDefault(),event.stopPropagation(),this.close())}open(path,take){this.path=path;let{run,name,index,step}=path.at(-1),why=explain2(run,name,index,step),from=(why.all??[]).map(cell=>flat(run,cell));this.cells=(why.sources??[]).map(cell=>flat(run,cell));let title=`${this.plain(run,name,index)}${subscript(run,name,index)} at step ${step} = ${show(why.value)}`;this.heading=element("h4",{tabindex:"-1"},title);let button=(action,text2,onclick)=>element("button",{type:"button","data-action":action,onclick},text2),buttons=[button("close-why","close",()=>this.close())];path.length>1&&buttons.unshift(button("back-why","back",()=>this.back()));let panel=element("section",{class:"mp-why-panel","aria-label":"Why this number?"},element("div",{class:"mp-why-head"},this.heading,...buttons));why.text&&panel.append(element("p",{},why.text));for(let line3 of why.lines??[])panel.append(this.equation(line3,why));why.note&&panel.append(element("p",{class:"mp-why-note"},why.note)),this.cells.length&&panel.append(this.links(run,from.length)),this.root.replaceChildren(panel),this.player.light(run,[...from.length>LIT?this.cells:from,{name,index,step}]),take&&this.heading.focus()}plain(run,name,flat2){let{axes,simple}=this.player.board.front;return!simple||!run.has(name)?"":`${nameCell(name,indicesOf(run.shapeOf(name),flat2),run.arrays,axes)}: `}equation({equation,numbers:numbers2},{sources:cells}){let places=new Map(cells.map((cell,i)=>[keyOf(cell),i])),write2=leaf2=>{let place=leaf2.source&&places.get(keyOf(leaf2.source)),text2=number(leaf2);return place==null?text2:`<mrow data-from="${place}" class="mp-from">${text2}</mrow>`},[left,right]=equation,letters=({symbol})=>symbol,[value,terms]=numbers2,equals=([first2,...rest])=>[`<mo>=</mo>${first2}`,...rest],symbols=[mathml(left,letters),...equals(partsOf(right,letters))],figures2=[...equals(partsOf(terms,write2)),...equals([number({value})])],math=part=>`<math displaystyle="true"><mrow>${part}</mrow></math>`,line3=parts=>`<div>${parts.map(math).join(" ")}</div>`,template=document.createElement("template"),scrolls='tabindex="0" role="group" aria-label="equation"';return template.innerHTML=`<div class="mp-why-line" ${scrolls}>${line3(symbols)}${line3(figures2)}</div>`,template.content}links(run,all){let links=this.cells.map(({name,index,step},i)=>{let text2=`${subscript(run,name,index)} at step ${step} = ${show(run.at(name,step)[index])}`,title=this.plain(run,name,index)+text2;return element("button",{type:"button","data-from":i,title},text2)}),more=all>links.length?` and ${all-links.length} more`:"";return element("p",{class:"mp-why-from"},"from ",...links,more)}follow(cell){let{run}=this.path.at(-1);this.player.seek(cell.step),this.open([...this.path,{run,...cell}],!0)}back(){let path=this.path.slice(0,-1);this.player.seek(path.at(-1).step),this.open(path,!0)}renew(before,after){if(!this.path.length)return;let{run,name,index,step}=this.path.at(-1),now=after[before.indexOf(run)];now&&step<now.steps&&(now.has(name)||now.stepShapes?.[name])&&index<now.at(name,step).length?this.open([{...this.path.at(-1),run:now}],!1):this.close()}close(){let[{run,panel}]=this.path;this.path=[],this.root.replaceChildren(),this.player.light(run,[]),panel?.canvas.focus()}},keyOf=({name,index,step})=>`${name} ${index} ${step}`,flat=(run,{name,index,step})=>({name,index:flatten(index,run.shapeOf(name)),step});var SPEEDS=[1,2,5,10,20,30,60],SYNC_AFTER3=120,Player=class{constructor(model,root2){this.model=model,this.root=root2;let header=model.get("header"),{runs,model:network,frames}=read2(header,model.get("data"));Object.assign(this,{runs,network}),frames&&(this.film=new Film(this,header.film,frames)),this.step=model.get("t"),this.board=new Board(this,header.level),this.playing=!1,this.listeners=new Set,this.watchers=new Set,this.fps=model.get("fps"),this.build(),network&&(this.laboratory=new Laboratory(this,header)),header.agent&&(this.agent=new AgentControls(this)),this.guides=[new Tour(this),new Quiz(this)],this.film&&this.onShow(()=>this.film.explain()),this.film?.explain(),root2.addEventListener("keydown",event=>this.key(event)),this.onModelStep=()=>this.seek(model.get("t"),!1),this.onModelSpeed=()=>this.setSpeed(model.get("fps"),!1),model.on("change:t",this.onModelStep),model.on("change:fps",this.onModelSpeed)}build(){this.slots={};for(let name of["laboratory","tour","why"])this.slots[name]=element("div",{class:`mp-${name}`});let about={class:"mp-group-of mp-guides",role:"group","aria-label":"guides"};this.slots.guides=element("span",about),this.value=element("p",{class:"mp-value","aria-live":"polite"}),this.root.replaceChildren(element("div",{class:"mp-head"},...this.buildHead()),this.slots.laboratory,this.board.root,this.slots.why,this.board.foot),this.setSpeed(this.fps,!1),this.begin(),this.why=new Why(this),this.board.build(this.runs),this.select(null)}begin(steps=0){this.last=Math.max(...this.runs.map(run=>run.steps))-1,this.steps=Math.max(steps,this.last+1),this.step=Math.min(this.step,this.last),this.slider.max=this.last}show(runs,{steps=0,reorder=!1}={}){let before=this.runs;this.runs=runs,this.begin(steps),this.board.show(runs,reorder)?this.draw():this.select(null),this.why.renew(before,runs)}buildHead(){let film=this.film?[this.film.root]:[];return[this.buildControls(),...film,this.value,this.slots.tour]}buildControls(){let button=(name,label,action)=>element("button",{type:"button",title:label,"aria-label":label,onclick:action,"data-action":name},sign(name));return this.playButton=button("play","Play (space)",()=>this.toggle()),this.slider=element("input",{type:"range",min:0,value:0,"aria-label":"step",oninput:()=>this.seek(Number(this.slider.value))}),this.counter=element("output",{class:"mp-counter"}),this.speed=element("select",{"aria-label":"steps per second",onchange:()=>this.setSpeed(Number(this.speed.value))}),element("div",{class:"mp-controls",role:"toolbar","aria-label":"time"},button("first","First step (Home)",()=>this.seek(0)),button("back","Step back (left arrow)",()=>this.seek(this.step-1)),this.playButton,button("forward","Step forward (right arrow)",()=>this.seek(this.step+1)),button("last","Last step (End)",()=>this.seek(this.last)),this.slider,this.counter,element("label",{},this.speed," steps/s"),...this.board.buttons,this.slots.guides)}onCell(listener){return this.listeners.add(listener),()=>this.listeners.delete(listener)}onShow(watcher){this.watchers.add(watcher)}tellShown(){for(let watcher of this.watchers)watcher()}tellCell(panel,event){let{run}=panel.view,cell={run,step:this.step,...panel.address(...panel.cell),panel,event};if(this.answering)return this.answering(cell);for(let listener of this.listeners)listener(cell)}light(run,numbers2){this.lit=[run,numbers2];for(let view of this.board.all)view.light(view.run===run?numbers2:[],this.step)}draw(){let{step}=this;for(let view of this.board.all)view.draw(step);this.lit?.[1].length&&this.light(...this.lit),this.slider.value=step,this.slider.setAttribute("aria-valuetext",`step ${step} of ${this.last}`),this.counter.textContent=`step ${step} of ${this.last}`,this.root.dataset.step=step,this.laboratory?.follow(),this.agent?.follow(),this.chosen&&(this.value.textContent=this.chosen.panel.readout(step))}seek(step,sync=!0){step=Math.max(0,Math.min(this.last,Math.round(step))),this.step!==step&&(this.step=step,this.draw(),sync&&(clearTimeout(this.timer),this.timer=setTimeout(()=>this.sync(),SYNC_AFTER3)))}sync(){clearTimeout(this.timer),this.timer=void 0,this.model.get("t")!==this.step&&(this.model.set("t",this.step),this.model.save_changes())}setSpeed(fps,sync=!0){this.fps=fps;let speeds=[...new Set([...SPEEDS,fps])].sort((a,b)=>a-b);this.speed.replaceChildren(...speeds.map(value=>element("option",{value},String(value)))),this.speed.value=fps,sync&&(this.model.set("fps",fps),this.model.save_changes())}toggle(play=!this.playing){play&&this.step===this.last&&this.seek(0),this.playing=play,this.root.dataset.playing=play,this.playButton.replaceChildren(sign(play?"pause":"play")),this.playButton.title=play?"Pause (space)":"Play (space)",this.playButton.setAttribute("aria-label",this.playButton.title);for(let view of this.board.all)view.words.setAttribute("aria-live",play?"off":"polite");cancelAnimationFrame(this.request),play?(this.due=performance.now()+1e3/this.fps,this.request=requestAnimationFrame(now=>this.tick(now))):this.sync()}tick(now){if(this.playing){if(!this.root.isConnected)return this.toggle(!1);if(now>=this.due&&(this.seek(this.step+1),this.due=Math.max(this.due+1e3/this.fps,now),this.step===this.last))return this.toggle(!1);this.request=requestAnimationFrame(next=>this.tick(next))}}select(panel){this.chosen=panel?panel.chosen():null,this.value.textContent=panel?panel.readout(this.step):"Point at a cell, or reach it by tab and arrow keys, for its value.";for(let view of this.board.all)view.mark(this.chosen)}key(event){if(event.ctrlKey||event.metaKey||event.altKey||event.target===this.speed)return;let onButton=event.target.tagName==="BUTTON"||event.target.tagName==="SUMMARY",faster=by=>{let speeds=SPEEDS.filter(speed=>by>0?speed>this.fps:speed<this.fps),next=by>0?speeds[0]:speeds.at(-1);next&&this.setSpeed(next)},actions={ArrowLeft:()=>this.seek(this.step-1),ArrowRight:()=>this.seek(this.step+1),",":()=>this.seek(this.step-1),".":()=>this.seek(this.step+1),PageUp:()=>this.seek(this.step-10),PageDown:()=>this.seek(this.step+10),Home:()=>this.seek(0),End:()=>this.seek(this.last),"+":()=>faster(1),"=":()=>faster(1),"-":()=>faster(-1),d:()=>this.board.toggleDifference(),Escape:()=>{this.select(null),this.slider.focus()}};onButton||(actions[" "]=()=>this.toggle());let action=actions[event.key];action&&(event.preventDefault(),event.stopPropagation(),action())}destroy(){this.toggle(!1),this.film?.destroy(),this.laboratory?.destroy(),clearTimeout(this.timer),this.model.off("change:t",this.onModelStep),this.model.off("change:fps",this.onModelSpeed)}};var laboratory_default=`.mp-lab {
  display: flex;
  flex-wrap: wrap;
  gap: 6px 18px;
  align-items: flex-start;
  margin: 4px 0;
  padding: 5px 8px 4px;
  background: color-mix(in srgb, var(--mp-field) 45%, var(--mp-back));
  border: 1px solid var(--mp-line);
  border-radius: 6px;
}
.mp-lab button,
.mp-lab select,
.mp-lab input {
  min-height: 26px;
  padding: 1px 8px;
}
.mp-lab input {
  font: inherit;
  color: inherit;
  background: var(--mp-field);
  border: 1px solid var(--mp-line);
  border-radius: 4px;
}
.mp-lab button:disabled {
  opacity: 0.45;
  cursor: default;
}
.mp-lab button[aria-pressed="true"] {
  background: var(--mp-accent);
  color: var(--mp-back);
}
.mp-lab [hidden] {
  display: none;
}
.mp-lab-words {
  display: flex;
  min-width: 0;
  max-width: 100%;
}
.mp-lab-body {
  flex: 1 1 300px;
  min-width: 0;
}
.mp-tools {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 8px;
  align-items: center;
}
.mp-tools + .mp-tools,
.mp-lab .mp-message {
  margin-top: 4px;
}
.mp-named {
  display: inline-flex;
  gap: 8px;
  align-items: center;
}
.mp-count {
  display: inline-flex;
  align-items: center;
  padding: 0 8px;
  border: 1px solid var(--mp-line);
  margin-left: -1px;
  font-variant-numeric: tabular-nums;
}
.mp-bits {
  display: flex;
  max-width: 100%;
  overflow-x: auto;
  padding: 2px;
}
.mp-bits-ends {
  display: flex;
  flex: none;
  flex-direction: column;
  justify-content: space-between;
  padding: 2px 4px 2px 0;
  font-size: 11px;
  line-height: 13px;
  color: var(--mp-quiet);
}
.mp-bits-word {
  display: flex;
  flex-direction: column;
}
.mp-bits-last {
  margin-right: 5px;
}
.mp-lab .mp-bits button {
  width: 17px;
  min-height: 0;
  height: 12px;
  padding: 0;
  margin: 0 -1px -1px 0;
  flex: none;
  border-radius: 0;
  background: #00224e;
}
.mp-lab .mp-bits button[aria-checked="true"] {
  background: #fee838;
}
.mp-lab .mp-bits button:hover,
.mp-lab .mp-bits button:focus-visible {
  position: relative;
  z-index: 1;
  outline: 2px solid var(--mp-mark);
  outline-offset: 0;
}
.mp-error {
  font-size: 15px;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
}
.mp-error:not([data-wrong="0"]) {
  color: var(--mp-mark);
}
.mp-hint {
  color: var(--mp-quiet);
}
.mp-hint:empty,
.mp-edits:empty,
.memory-player .mp-message:empty {
  display: none;
}
.memory-player .mp-message {
  padding: 3px 8px;
  border-left: 3px solid var(--mp-mark);
  overflow-wrap: anywhere;
}
.mp-edits {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  margin: 0;
  padding: 0;
  max-height: 130px;
  overflow-y: auto;
  list-style: none;
}
.mp-edits li {
  display: inline-flex;
  align-items: center;
  padding-left: 8px;
  font-size: 12px;
  border: 1px solid var(--mp-line);
  border-radius: 4px;
  background: var(--mp-back);
}
.mp-lab .mp-edits button {
  min-height: 22px;
  padding: 0 7px;
  border: 0;
  background: none;
}
.mp-more {
  flex: 1 0 100%;
  min-width: 0;
  max-width: 100%;
  border-top: 1px solid var(--mp-line);
  padding-top: 6px;
}
.mp-more label {
  display: inline-flex;
  max-width: 100%;
  gap: 6px;
  align-items: center;
}
.mp-more input[type="range"] {
  flex: 0 1 180px;
  min-width: 90px;
  padding: 0;
  accent-color: var(--mp-accent);
}
.mp-more input[type="number"] {
  width: 84px;
}
.mp-text {
  flex: 1 1 300px;
}
.mp-more input[type="text"] {
  flex: 1;
  min-width: 120px;
  font-family: ui-monospace, monospace;
}
.mp-more select {
  min-width: 0;
  max-width: 100%;
}
@media (pointer: coarse) {
  .mp-lab .mp-bits button {
    width: 26px;
    height: 24px;
  }
  .mp-lab button,
  .mp-lab select,
  .mp-lab input {
    min-height: 32px;
  }
}
`;var style_default=`.memory-player {
  --mp-text: var(--jp-ui-font-color1, #1b1b1b);
  --mp-quiet: var(--jp-ui-font-color2, #5a5a5a);
  --mp-back: var(--jp-layout-color0, #fff);
  --mp-field: var(--jp-layout-color2, #eee);
  --mp-line: var(--jp-border-color1, #bbb);
  --mp-accent: #0b6bcb;
  --mp-mark: #d6006c;
  --mp-writes: #b85c00;
  --mp-reads: #00776b;
  --mp-own: #5b6470;
  container: player / inline-size;
  color: var(--mp-text);
  background: var(--mp-back);
  font:
    13px/1.45 system-ui,
    sans-serif;
  padding: 8px;
  box-sizing: border-box;
  color-scheme: light;
}
.memory-player[data-theme="dark"],
body[data-jp-theme-light="false"] .memory-player {
  --mp-accent: #6cb6ff;
  --mp-mark: #ff6db6;
  --mp-writes: #ffb04d;
  --mp-reads: #3fd0bd;
  --mp-own: #a9b4c2;
  color-scheme: dark;
}
.memory-player[data-theme="dark"] {
  --mp-text: #e8e8e8;
  --mp-quiet: #adadad;
  --mp-back: #121417;
  --mp-field: #2a2e34;
  --mp-line: #555b63;
}
.memory-player *,
.memory-player *::before {
  box-sizing: border-box;
}
.memory-player p,
.memory-player h3,
.memory-player figure {
  margin: 0;
}
.mp-head {
  position: sticky;
  top: 0;
  z-index: 2;
  padding: 2px 0;
  background: var(--mp-back);
}
.mp-controls {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 6px;
  align-items: center;
}
.mp-controls button svg {
  display: block;
}
.memory-player button,
.memory-player select {
  font: inherit;
  color: inherit;
  background: var(--mp-field);
  border: 1px solid var(--mp-line);
  border-radius: 4px;
  cursor: pointer;
}
.mp-controls button,
.mp-controls select {
  min-width: 32px;
  min-height: 30px;
  padding: 2px 8px;
}
.mp-controls button:disabled {
  opacity: 0.5;
  cursor: default;
}
.mp-controls button[aria-pressed="true"] {
  background: var(--mp-accent);
  color: var(--mp-back);
}
.mp-controls input[type="range"] {
  flex: 1 1 90px;
  min-width: 90px;
  accent-color: var(--mp-accent);
}
.mp-counter {
  min-width: 8em;
  font-variant-numeric: tabular-nums;
}
.memory-player :focus-visible {
  outline: 2px solid var(--mp-accent);
  outline-offset: 2px;
}
.memory-player .mp-value {
  min-height: 1.45em;
  font-variant-numeric: tabular-nums;
  font-size: 12px;
  color: var(--mp-quiet);
  margin: 3px 0 0;
  overflow-wrap: anywhere;
}
.mp-group-of {
  display: inline-flex;
  flex-wrap: wrap;
}
.mp-group-of button {
  max-width: 16em;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.mp-group-of button:not(:first-child) {
  border-start-start-radius: 0;
  border-end-start-radius: 0;
  margin-left: -1px;
}
.mp-group-of button:not(:last-child) {
  border-start-end-radius: 0;
  border-end-end-radius: 0;
}
.mp-tabs:empty {
  display: none;
}
.mp-views {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 10px 24px;
}
.mp-views > [data-shown="false"] {
  display: none;
}
.mp-view {
  container: view / inline-size;
  min-width: 0;
}
.mp-title {
  display: flex;
  flex-wrap: wrap;
  gap: 0 10px;
  align-items: baseline;
  margin-top: 4px;
}
.memory-player h3 {
  font-size: 15px;
  font-weight: 650;
}
.mp-compact > .mp-title {
  float: left; /* the words go on behind it */
  margin: 0 8px 0 0;
  line-height: 1;
}
.mp-compact {
  margin-top: 3px;
}
.memory-player .mp-compact .mp-words {
  margin: 0 0 5px;
  font-size: 13px;
}
.mp-compact .mp-main,
.mp-compact .mp-step,
.mp-compact .mp-stack {
  gap: 6px;
}
.mp-compact .mp-world {
  grid-template-columns: minmax(0, 250px) minmax(184px, 1fr);
  gap: 12px;
}
@container view (max-width: 400px) {
  .mp-compact .mp-world {
    grid-template-columns: minmax(0, 1fr);
  }
}
.mp-compact .mp-acts li {
  padding: 0 4px;
  line-height: 1.3;
}
.memory-player .mp-compact .mp-numbers {
  gap: 0 8px;
  margin-top: 2px;
}
.mp-title span {
  color: var(--mp-quiet);
}
.memory-player .mp-words {
  min-height: 1.45em;
  margin: 2px 0 8px;
  font-size: 14px;
}
[data-level="simple"] .mp-words {
  min-height: 2.9em;
  font-size: 15px;
}
.memory-player [data-runs="2"] .mp-words {
  min-height: 2.9em;
}
.memory-player[data-level="simple"] [data-runs="2"] .mp-words {
  min-height: 4.35em;
}
.mp-main {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 10px 28px;
}
.mp-step {
  display: flex;
  flex-wrap: wrap;
  gap: 10px;
  align-content: flex-start;
}
.mp-whole,
.mp-grid {
  min-width: 0;
}
.mp-band {
  display: flex;
  flex-wrap: wrap;
  gap: 12px;
  align-items: flex-start;
}
.mp-band figure {
  max-width: 100%;
}
.mp-stack {
  flex-direction: column;
  min-width: 0;
}
.mp-band:empty {
  display: none;
}
.mp-band figcaption {
  width: 0; /* a long title is cut, and whole in its tooltip */
  min-width: 100%;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  font-size: 12px;
  font-weight: 600;
  margin: 0 0 3px;
}
.mp-body {
  display: grid;
  grid-template-columns: auto max-content;
  justify-content: start;
}
.mp-body > .mp-frame {
  grid-column: 2;
}
.mp-frame {
  position: relative;
  line-height: 0;
  outline: 1px solid var(--mp-line);
  cursor: crosshair;
  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);
}
.memory-player canvas {
  image-rendering: pixelated;
  display: block;
  max-width: 100%;
  touch-action: pan-y;
}
.mp-marks {
  position: absolute;
  inset: 0;
  pointer-events: none;
  overflow: hidden;
}
.mp-mark {
  position: absolute;
  border: 0 solid var(--mp-mark);
}
.mp-row {
  left: 0;
  right: 0;
  border-width: 1px 0;
  min-height: 3px;
}
.mp-column {
  top: 0;
  bottom: 0;
  border-width: 0 1px;
  min-width: 3px;
}
.mp-strong.mp-row {
  border-width: 2px 0;
}
.mp-strong.mp-column {
  border-width: 0 2px;
}
.mp-ticks {
  position: relative;
  font-size: 11px;
  line-height: 1;
  color: var(--mp-quiet);
  font-variant-numeric: tabular-nums;
}
.mp-ticks-row {
  min-width: 25px;
  grid-column: 1;
}
.mp-ticks-row span {
  position: absolute;
  right: 5px;
  transform: translateY(-50%);
  white-space: nowrap;
}
.mp-body:has([data-panel="vectors"]) .mp-ticks-row {
  min-width: 62px;
}
.mp-ticks-column,
.mp-ticks-named {
  grid-column: 2;
}
.mp-ticks-column {
  height: 16px;
}
.mp-ticks-named {
  height: 70px;
}
.mp-ticks-column span {
  position: absolute;
  top: 4px;
  transform: translateX(-50%);
}
.mp-ticks-named span {
  position: absolute;
  white-space: nowrap;
  top: 4px;
  writing-mode: vertical-rl;
  transform: translateX(-50%);
}
.mp-legend {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 14px;
  margin: 6px 0 2px;
  font-size: 12px;
  color: var(--mp-quiet);
}
.mp-bar-entry {
  display: inline-flex;
  gap: 6px;
  align-items: center;
  white-space: nowrap;
}
.mp-gradient {
  display: inline-block;
  width: 44px;
  height: 10px;
}
.mp-hatch {
  display: inline-block;
  width: 16px;
  height: 12px;
  outline: 1px solid var(--mp-line);
  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);
}
.mp-group {
  margin: 4px 0;
}
.mp-group > summary,
.mp-keys > summary {
  cursor: pointer;
  font-size: 12px;
  font-weight: 600;
  padding: 3px 0;
}
.mp-line {
  display: grid;
  grid-template-columns: 92px minmax(0, 1fr) 54px;
  gap: 0 8px;
  margin: 0 0 5px;
  font-size: 11.5px;
  align-items: stretch;
}
.mp-line > .mp-frame {
  align-self: center;
}
[data-runs="2"] .mp-line {
  margin-bottom: 4px;
}
.mp-line canvas {
  width: 100%;
}
.mp-line-label {
  text-align: right;
  align-self: center;
}
.mp-line-names,
.mp-line-right {
  display: flex;
  flex-direction: column;
  justify-content: space-around;
}
.mp-line-names {
  align-self: stretch;
  line-height: 1;
}
.mp-line-right {
  line-height: 1;
  font-variant-numeric: tabular-nums;
}
.mp-line-names span,
.mp-line-right > span {
  height: 13px;
  line-height: 13px;
  white-space: nowrap;
}
.mp-line-right > .mp-range {
  flex: 1;
  height: auto;
  display: flex;
  flex-direction: column;
  justify-content: space-between;
  position: relative;
  padding-left: 14px;
  line-height: 11px;
}
.mp-range > .mp-upright {
  position: absolute;
  left: 0;
  top: 0;
  bottom: 0;
  width: 9px;
  height: auto;
}
.mp-time {
  cursor: ew-resize;
}
.mp-cursor {
  position: absolute;
  top: -2px;
  bottom: -2px;
  pointer-events: none;
  outline: 2px solid var(--mp-mark);
}
.memory-player .mp-keys {
  color: var(--mp-quiet);
  font-size: 12px;
}

/* The memory at first contact: numbers, bars and words side by side, one row per place. */
.mp-memory {
  display: flex;
  max-width: 100%;
}
.mp-part {
  display: flex;
  flex: none;
  flex-direction: column;
  min-width: 0;
}
.mp-part.mp-shrinks {
  flex: 0 1 auto;
}
.mp-part > figcaption {
  height: 13px;
  margin-bottom: 6px;
  line-height: 13px;
  font-size: 12px;
  font-weight: 600;
  white-space: nowrap;
}
.mp-part:first-child > figcaption {
  padding-right: 5px;
  font-weight: 400;
  color: var(--mp-quiet);
}
.mp-part > figcaption.mp-write {
  text-align: right;
  padding-right: 4px;
}
.mp-part > figcaption.mp-read,
.mp-part > figcaption.mp-own {
  padding-left: 4px;
}
.mp-part > figcaption.mp-centre {
  text-align: center;
}
.mp-write {
  color: var(--mp-writes);
}
.mp-read {
  color: var(--mp-reads);
}
.mp-own {
  color: var(--mp-own);
}
.mp-side {
  display: flex;
  gap: 0 2px;
}
.mp-bars {
  background: none;
  outline: none;
  border: solid var(--mp-line);
  border-width: 1px 0;
}
.mp-bars.mp-own {
  border-width: 1px;
}
.mp-frame > svg {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  pointer-events: none;
  overflow: visible;
}
.mp-bar {
  fill: currentcolor;
}
.mp-missing {
  stroke: var(--mp-quiet);
  stroke-width: 0.7;
  stroke-dasharray: 2 4;
}
.mp-notes {
  position: relative;
  width: 30px;
  font-size: 11px;
  line-height: 1;
  font-variant-numeric: tabular-nums;
}
.mp-notes span {
  position: absolute;
  transform: translateY(-50%);
}
.mp-notes.mp-write span {
  right: 4px;
}
.mp-notes.mp-read span,
.mp-notes.mp-own span {
  left: 4px;
}
.mp-mark.mp-touch {
  border: 2px solid currentcolor;
  border-radius: 2px;
  left: 0;
  right: 0;
  min-height: 5px;
}
.mp-lit {
  position: absolute;
  outline: 2px solid var(--mp-mark);
  outline-offset: -1px;
  background: color-mix(in srgb, var(--mp-mark) 30%, transparent);
  min-width: 4px;
  min-height: 4px;
}
.memory-player .mp-nothing {
  max-width: 300px;
  padding: 24px;
  font-size: 14px;
  color: var(--mp-quiet);
  border: 1px dashed var(--mp-line);
  border-radius: 6px;
}
.mp-wrong {
  fill: var(--mp-mark);
}
.mp-veil {
  fill: var(--mp-back);
  opacity: 0.72;
}
.mp-verdict {
  align-self: center;
  line-height: 1.2;
}
.mp-clock ~ .mp-clock {
  display: none;
}
.mp-clock .mp-ticks {
  grid-column: 2;
}
.mp-clock .mp-line-label {
  color: var(--mp-quiet);
  line-height: 19px;
}
.mp-foot {
  display: flex;
  flex-wrap: wrap;
  gap: 0 14px;
  align-items: baseline;
}
.mp-foot details[open] {
  flex: 1 0 100%;
}
.mp-glossary dl {
  display: grid;
  grid-template-columns: max-content minmax(0, 1fr);
  gap: 2px 12px;
  margin: 4px 0 8px;
}
.mp-glossary dt {
  font-weight: 600;
  color: var(--mp-text);
}
.mp-glossary dd {
  margin: 0;
}
@container view (min-width: 740px) {
  [data-level="simple"] .mp-main {
    grid-template-columns: max-content minmax(0, 1fr);
  }
}
[data-level="simple"] .mp-line {
  grid-template-columns: 62px minmax(0, 1fr) 50px;
}
.mp-line-label.mp-write,
.mp-line-label.mp-read {
  font-weight: 600;
}
@container view (min-width: 560px) {
  [data-level="everything"] .mp-grid {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0 16px;
    align-items: center;
  }
  [data-level="everything"] .mp-clock {
    grid-column: 1;
  }
  [data-level="everything"] .mp-clock ~ .mp-clock {
    display: grid;
    grid-column: 2;
  }
}
@container view (min-width: 1180px) {
  [data-level="everything"] .mp-main {
    grid-template-columns: minmax(0, 710px) minmax(0, 1fr);
  }
  [data-level="everything"] .mp-grid {
    display: block;
  }
  [data-level="everything"] .mp-clock ~ .mp-clock {
    display: none;
  }
}
@container player (min-width: 860px) {
  .mp-views[data-runs="2"]:not([data-shown="difference"]) {
    grid-template-columns: repeat(2, minmax(0, 1fr));
  }
  .mp-views:not([data-shown="difference"]) > .mp-view {
    display: block;
  }
  .mp-tabs [data-action^="run-"] {
    display: none;
  }
}
@container player (max-width: 420px) {
  .mp-controls {
    gap: 4px;
  }
  .mp-controls button,
  .mp-controls select {
    padding: 2px 6px;
  }
  .mp-controls > label {
    order: -1; /* beside the buttons, so that the controls take three lines */
  }
  .mp-controls > button {
    order: -2;
  }
  .memory-player .mp-value {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .mp-line {
    grid-template-columns: 90px minmax(0, 1fr) 46px;
  }
}
@media (max-width: 700px) {
  .memory-player canvas,
  .memory-player button,
  .memory-player summary {
    scroll-margin-top: 110px; /* or the controls, which stay in sight, would hide it */
  }
}
.mp-why-panel {
  margin: 6px 0;
  padding: 4px 10px 8px;
  background: var(--mp-field);
  border-left: 3px solid var(--mp-accent);
  border-radius: 3px;
}
.mp-why-head {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  align-items: center;
}
.mp-why-head h4 {
  flex: 1;
  margin: 0;
  font-size: 14px;
}
.mp-why-panel p {
  margin: 4px 0;
  line-height: 1.7;
}
.mp-why-line {
  padding: 2px 0;
  overflow-x: auto;
}
/* Maths fonts of the systems; without one, a serif with the letters and signs of the formulas. */
.memory-player math {
  font-family:
    "STIX Two Math", "Latin Modern Math", "Cambria Math", "Libertinus Math", "TeX Gyre Termes Math",
    "DejaVu Math TeX Gyre", "Noto Sans Math", math, "DejaVu Serif", serif;
}
.mp-why-line > div {
  margin: 3px 0;
}
.mp-why-note {
  color: var(--mp-quiet);
}
.mp-why-panel button {
  background: var(--mp-back);
}
.mp-why-from button {
  margin: 0 6px 0 0;
  font-size: 12px;
}
.mp-from {
  color: var(--mp-accent);
  cursor: pointer;
}

/* An agent's world. The colours are those of memorylab.environments.scene.ROLES. */
.memory-player {
  --mp-scene-ground: #ffffff;
  --mp-scene-floor: #efeae0;
  --mp-scene-wall: #6f6a62;
  --mp-scene-agent: #0072b2;
  --mp-scene-sign: #e69f00;
  --mp-scene-goal: #e69f00;
  --mp-scene-card: #fffdf8;
  --mp-scene-ink: #222222;
  --mp-scene-red: #c62828;
  --mp-scene-text: #1b1b1b;
  --mp-scene-quiet: #767676;
  --mp-scene-good: #007f5c;
  --mp-scene-bad: #c04f00;
}
.memory-player[data-theme="dark"],
body[data-jp-theme-light="false"] .memory-player {
  --mp-scene-ground: #121417;
  --mp-scene-floor: #2b3138;
  --mp-scene-wall: #8f979f;
  --mp-scene-agent: #6cb6ff;
  --mp-scene-sign: #f0b133;
  --mp-scene-goal: #f0b133;
  --mp-scene-card: #f3efe6;
  --mp-scene-ink: #222222;
  --mp-scene-red: #c62828;
  --mp-scene-text: #e8e8e8;
  --mp-scene-quiet: #9aa1a9;
  --mp-scene-good: #35c99a;
  --mp-scene-bad: #ff8a4c;
}
.mp-scene {
  display: block;
  width: 100%;
  height: auto;
  background: var(--mp-scene-ground);
  border: 1px solid var(--mp-line);
  border-radius: 6px;
  font-family: "DejaVu Sans", system-ui, sans-serif;
}
.mp-world {
  flex: 1 0 100%;
  min-width: 0;
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 6px 16px;
  align-items: start;
}
.mp-before,
.mp-after {
  container: scene / inline-size;
}
@container scene (max-width: 310px) {
  .mp-note {
    display: none; /* its lines would touch; the words above say it too */
  }
}
.mp-whole > .mp-world {
  margin-bottom: 8px;
}
@container view (min-width: 480px) {
  .mp-world {
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
  }
  .mp-whole > .mp-world {
    grid-template-columns: minmax(184px, 1fr) minmax(0, 250px);
  }
  .mp-world:has(.mp-after) > .mp-before {
    grid-column: 1 / -1;
  }
}
.mp-step > .mp-before {
  flex: 1 0 100%;
}
.mp-step:has(> .mp-before) {
  max-width: 360px;
}
.mp-before figcaption,
.mp-after figcaption,
.memory-player .mp-acts-title {
  margin-bottom: 2px;
  line-height: 1.3;
  font-size: 12px;
  font-weight: 600;
}
.mp-after figcaption,
.mp-before figcaption span {
  font-weight: 400;
  color: var(--mp-quiet);
}
.mp-acts ul {
  margin: 0;
  padding: 0;
  list-style: none;
  max-height: 176px;
  overflow: auto;
}
.mp-acts li {
  display: grid;
  grid-template-columns: minmax(4.2em, max-content) minmax(20px, 1fr) 4.4em;
  gap: 6px;
  align-items: center;
  padding: 1px 4px;
  border: 1px solid transparent;
  border-radius: 4px;
}
.mp-acts li > i {
  height: 12px;
  background: var(--mp-field);
}
.mp-acts li b {
  display: block;
  height: 100%;
  background: var(--mp-own);
}
.mp-acts li.mp-chosen {
  border-color: var(--mp-scene-agent);
  font-weight: 650;
}
.mp-acts li.mp-chosen b {
  background: var(--mp-scene-agent);
}
.mp-acts output {
  text-align: right;
  font-variant-numeric: tabular-nums;
}
.memory-player .mp-numbers {
  display: flex;
  flex-wrap: wrap;
  gap: 0 16px;
  margin-top: 5px;
  padding: 0 5px;
  font-variant-numeric: tabular-nums;
}
@container view (min-width: 700px) {
  .mp-world:has(.mp-after):has(.mp-before) {
    grid-template-columns: minmax(0, 5fr) minmax(190px, 3fr) minmax(0, 3.4fr);
  }
  .mp-world:has(.mp-after) > .mp-before {
    grid-column: 1;
  }
}
.mp-agent,
.mp-agent > .mp-tools {
  display: contents;
}
.mp-agent input[type="range"] {
  width: min(160px, 40vw);
  padding: 0;
  vertical-align: middle;
  accent-color: var(--mp-accent);
}
.mp-turns span {
  display: inline-block;
}
.mp-turns [data-correct="false"] {
  color: var(--mp-scene-bad);
}

/* The T-maze to play. */
.mp-game {
  max-width: 720px;
}
.mp-game-stage {
  margin: 8px 0 2px;
  border-radius: 6px;
  cursor: pointer;
}
.mp-game-stage::after {
  content: "Click here, then use the arrow keys";
  display: block;
  margin-top: 2px;
  font-size: 12px;
  line-height: 18px;
  text-align: center;
  color: var(--mp-quiet);
}
.mp-game-stage:focus::after {
  visibility: hidden; /* its place stays, or all below would jump */
}
@media (pointer: coarse) {
  .mp-game-stage::after {
    display: none;
  }
}
.memory-player .mp-game-said {
  min-height: 2.9em;
  font-size: 15px;
}
.mp-game[data-outcome="correct"] .mp-game-said {
  color: var(--mp-scene-good);
}
.mp-game[data-outcome="wrong"] .mp-game-said {
  color: var(--mp-scene-bad);
}
.mp-game-moves button {
  flex: 1 1 110px;
  min-height: 44px;
  font-size: 14px;
}
.mp-game-moves .mp-due {
  background: var(--mp-accent);
  color: var(--mp-back);
}
.mp-game-below {
  display: flex;
  flex-wrap: wrap;
  gap: 8px 32px;
  justify-content: space-between;
  margin-top: 10px;
}
.mp-game-eyes {
  color: var(--mp-quiet);
  font-size: 12px;
  max-width: 300px;
}
.mp-game-eyes span {
  display: inline-block;
  margin: 2px 4px 2px 0;
  padding: 0 7px;
  border: 1px solid var(--mp-line);
  border-radius: 10px;
}
.mp-game-eyes .mp-on {
  color: var(--mp-scene-ink);
  background: var(--mp-scene-sign);
  border-color: var(--mp-scene-sign);
}
.mp-game-score {
  border-collapse: collapse;
  font-variant-numeric: tabular-nums;
}
.mp-game-score caption {
  font-size: 12px;
  font-weight: 600;
  text-align: left;
}
.mp-game-score th,
.mp-game-score td {
  padding: 0 12px 0 0;
  font-weight: 400;
  text-align: left;
}
.mp-game-score .mp-chosen th,
.mp-game-score .mp-chosen td:nth-child(2) {
  font-weight: 650;
}
@media (prefers-reduced-motion: no-preference) {
  .mp-bumped {
    animation: mp-bump 0.18s;
  }
}
@keyframes mp-bump {
  50% {
    transform: translateX(5px);
  }
}
`;function render({model,el}){let root2=element("div",{class:"memory-player",role:"group","aria-label":"memory player"});el.replaceChildren(element("style",{},style_default+laboratory_default+guide_default),root2);try{let player=model.get("header").game?new TMazeGame(model,root2):new Player(model,root2);return root2.player=player,root2.dataset.ready="true",()=>player.destroy()}catch(error){console.error(error);let message=element("p",{class:"mp-message",role:"alert"},error.message);return root2.replaceChildren(message),root2.dataset.ready="false",()=>{}}}async function mount(el,start){let packed=Uint8Array.from(atob(start.data),letter=>letter.charCodeAt(0)),unpacked=new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")),planes=new Uint8Array(await new Response(unpacked).arrayBuffer()),words=planes.length/4,bytes=planes.map((_,i)=>planes[i%4*words+(i>>2)]),state={...start,data:new DataView(bytes.buffer)};render({model:{get:key=>state[key],set:(key,value)=>state[key]=value,save_changes(){},on(){},off(){}},el});let night=matchMedia("(prefers-color-scheme: dark)"),paint=()=>{let{theme}=document.body.dataset,system=night.matches?"dark":"light";el.querySelector(".memory-player").dataset.theme=/^(light|dark)$/.test(theme)?theme:system};new MutationObserver(paint).observe(document.body,{attributeFilter:["data-theme"]}),night.addEventListener("change",paint),paint()}var main_default={render};export{Difference,Episode,Run,STOPS,Simulation,checkModel,main_default as default,disturbance_exports as disturbances,edits_exports as edits,explain2 as explain,expressions_exports as expressions,firstWriteOrder,formulas_exports as formulas,mathml_exports as mathematics,maze_exports as maze,mount,questions_exports as quiz,read2 as read,stopsOf,tasks_exports as tasks,tellSimply,tellStep};
