"""draft"""
from __future__ import annotations
import numpy as np
from scipy.special import ndtr
from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.searchers.features import Features
from search_spaces.searchers.beliefs import Beliefs
from search_spaces.searchers.protocol import *

class OrderModel:
    def __init__(self, draws, *, seed, budget, cost=lambda s: 1.0, start="singles", explore=0.15, reseed=0.22, percost=1.0, top=5, kappa=1.0, noreseed_below=60):
        self.draws=draws; self.seed=seed; self.budget=budget
        self.start=start; self.explore=explore; self.reseed=reseed; self.percost=percost; self.top=top; self.kappa=kappa; self.nrb=noreseed_below
        L=max(len(d.plan.trunk) for d in draws)
        self.b=Beliefs(Features([d.plan for d in draws]),levels=L)
        self.index={d.plan:i for i,d in enumerate(draws)}
        self.C=self.b.asked([d.plan for d in draws])
        self.cost_ml=np.array([[cost(d.plan.trunk[l]) if l<len(d.plan.trunk) else 0. for l in range(L)] for d in draws])
        self.len=np.array([len(d.plan.trunk) for d in draws])
    def propose(self, history):
        n=len(history.proposed)
        rng=np.random.default_rng([self.seed,n])
        obs=np.zeros(len(self.draws),bool)
        for o in history.observations: obs[self.index[o.run.plan]]=True
        done=obs.copy()
        for r in history.proposed: done[self.index[r.plan]]=True
        todo=np.flatnonzero(~done)
        s=[i for i in todo if self.len[i]==1]
        if self.start.startswith("singles") and s: return self.draws[s[0]]
        k=int(self.start.split("+")[1]) if "+" in self.start else 0
        if self.start.isdigit(): k=int(self.start)
        if n-(9 if self.start.startswith("s") else 0)<k:
            full=todo[self.len[todo]==3]
            return self.draws[rng.choice(full)]
        self.b.update(history.observations)
        post=self.b.posterior()
        if self.reseed and self.budget>self.nrb and history.spent>=(1-self.reseed)*self.budget:
            return self.again(history,post)
        if rng.random()<self.explore:
            return self.draws[rng.choice(todo)]
        p=post.predict(self.C)
        best=p.mean_m[obs].max()
        z=(p.mean_m-best)/p.sd_m
        ei=p.sd_m*(z*ndtr(z)+np.exp(-z*z/2)/np.sqrt(2*np.pi))
        if self.percost:
            tr=self.b.numbering.nodes(t for t,s in history.trained if s==0)
            cost=(self.cost_ml*~np.isin(self.C.places.prefix_nl,tr)).sum(1)
            ei=ei/np.maximum(cost,1)**self.percost
        ei[done]=-1
        return self.draws[int(np.argmax(ei))]
    def again(self, history, post):
        obs=np.array(sorted({self.index[o.run.plan] for o in history.observations}))
        p=post.predict(self.C)
        top=obs[np.argsort(-p.mean_m[obs])[:self.top]]
        i=max(top,key=lambda i: p.mean_m[i]+self.kappa*p.sd_m[i])
        s=1
        while Run(self.draws[i].plan,s) in history.proposed: s+=1
        return self.draws[i]._replace(seed=s)
    def best(self, history):
        if not history.observations: return None
        self.b.update(history.observations)
        p=self.b.posterior().predict(self.C)
        obs=np.array(sorted({self.index[o.run.plan] for o in history.observations}))
        return self.draws[obs[np.argmax(p.mean_m[obs])]].plan
